"""The images that are named anywhere follow a minor line, and are the same everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.dockerfile import instructions
from tests.server import ROOT

BUILT_HERE = "tutoring-sessions:local"
# A minor line, or PostgreSQL's major one, which is what gets fixes, and the Debian, if named.
LINES = {
    "python": r"3\.\d+-slim-bookworm",
    "mcr.microsoft.com/devcontainers/python": r"3\.\d+-bookworm",
    "postgres": r"\d+-bookworm",
    "nginx": r"\d+\.\d+",
    "valkey/valkey": r"\d+\.\d+",
}


def images(value: Any) -> Iterator[str]:
    """Every text of a key `image`, at any depth."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == "image" and isinstance(inner, str):
            yield inner
        yield from images(inner)


def named() -> list[tuple[str, str, str]]:
    """Each file with the name and the tag of an image that it names."""
    stages = [text.split(" AS ") for step, text in instructions() if step == "FROM"]
    built = {stage[1] for stage in stages if len(stage) > 1}
    found = [("Dockerfile", stage[0]) for stage in stages if stage[0] not in built]
    for file in ("compose.yaml", ".devcontainer/compose.yaml", ".github/workflows/ci.yml"):
        found += [(file, image) for image in images(yaml.safe_load((ROOT / file).read_text()))]
    return [(file, *image.split(":")) for file, image in found if image != BUILT_HERE]


def test_images_follow_a_minor_line_so_that_pulling_gets_the_newest_patch():
    assert {name for _, name, _ in named()} == LINES.keys()
    for file, name, tag in named():
        assert re.fullmatch(LINES[name], tag), f"{file}: {name}:{tag}"


def test_every_file_names_the_same_line_of_an_image():
    tags = {(name, tag) for _, name, tag in named()}
    pythons = {tag.split("-")[0] for name, tag in tags if name.endswith("python")}

    assert len(tags) == len(LINES)
    assert len(pythons) == 1


def test_the_development_container_has_the_databases_on_localhost_where_the_tests_look():
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    compose = yaml.safe_load((ROOT / ".devcontainer" / container["dockerComposeFile"]).read_text())
    services, name = compose["services"], container["service"]
    databases = [service for key, service in services.items() if key != name]

    assert services[name]["volumes"] == [f"..:{container['workspaceFolder']}:cached"]
    assert [each["network_mode"] for each in databases] == [f"service:{name}"] * 2
