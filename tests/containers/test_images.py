"""All files use the same minor version of each image."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.support.dockerfile import instructions
from tests.support.server import ROOT

BUILT_HERE = "tutoring-sessions:local"
# A tag is a minor version (for PostgreSQL a major version) and possibly the Debian release.
LINES = {
    "python": r"3\.\d+-slim-bookworm",
    "mcr.microsoft.com/devcontainers/python": r"3\.\d+-bookworm",
    "postgres": r"\d+-bookworm",
    "nginx": r"\d+\.\d+",
    "valkey/valkey": r"\d+\.\d+",
}


def images(value: Any) -> Iterator[str]:
    """Yield every string under a key `image`, at any depth."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == "image" and isinstance(inner, str):
            yield inner
        yield from images(inner)


def named() -> list[tuple[str, str, str]]:
    """Return (file, name, tag) for each use of an image."""
    stages = [text.split(" AS ") for step, text in instructions() if step == "FROM"]
    built = {stage[1] for stage in stages if len(stage) > 1}
    found = [("Dockerfile", stage[0]) for stage in stages if stage[0] not in built]
    for file in ("compose.yaml", ".devcontainer/compose.yaml", ".github/workflows/ci.yml"):
        found += [(file, image) for image in images(yaml.safe_load((ROOT / file).read_text()))]
    return [(file, *image.split(":")) for file, image in found if image != BUILT_HERE]


def test_the_tag_of_an_image_is_a_minor_version():
    assert {name for _, name, _ in named()} == LINES.keys()
    for file, name, tag in named():
        assert re.fullmatch(LINES[name], tag), f"{file}: {name}:{tag}"


def test_every_file_uses_the_same_version_of_an_image():
    tags = {(name, tag) for _, name, tag in named()}
    pythons = {tag.split("-")[0] for name, tag in tags if name.endswith("python")}

    assert len(tags) == len(LINES)
    assert len(pythons) == 1


def test_the_development_container_has_the_databases_on_localhost():
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    compose = yaml.safe_load((ROOT / ".devcontainer" / container["dockerComposeFile"]).read_text())
    services, name = compose["services"], container["service"]
    databases = [service for key, service in services.items() if key != name]

    assert services[name]["volumes"] == [f"..:{container['workspaceFolder']}:cached"]
    assert [each["network_mode"] for each in databases] == [f"service:{name}"] * 2
