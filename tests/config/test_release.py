"""The version is the same wherever it is written."""

from __future__ import annotations

import re
import tomllib

import yaml

from tests.support.server import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_versions_of_changelog_project_and_api_description_agree():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    described = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["info"]["version"]

    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(PROJECT['version'])}\] - \d{{4}}-\d\d-\d\d", headings[1])
    assert described == PROJECT["version"]


def test_the_declared_license_file_exists():
    [file] = PROJECT["license-files"]

    assert (ROOT / file).read_text().startswith(f"{PROJECT['license']} License\n")
