"""Checks of `.github/` without running it; `make lint` checks the schemas of its files."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.server import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]
DEPENDABOT = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
MINIMUM = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
# The files that dependabot updates in each of its directories.
WATCHED = {
    "pip": "requirements*.txt",
    "docker": "Dockerfile",
    "docker-compose": "compose*.yaml",
    "github-actions": ".github/workflows/*.yml",
}


def steps() -> Iterator[dict[str, Any]]:
    for job in JOBS.values():
        yield from job["steps"]


def test_the_workflow_can_only_read_the_repository():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if "permissions" in job] == []
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)
    assert "secrets." not in str(WORKFLOW)


def test_every_action_is_githubs_own_at_a_major_version():
    used = {step["uses"] for step in steps() if "uses" in step}

    assert used
    assert [each for each in used if not re.fullmatch(r"actions/[\w-]+@v\d+", each)] == []


def test_every_job_has_a_name_and_a_timeout_and_only_the_canary_may_fail():
    assert all(job["name"] and job["timeout-minutes"] <= 60 for job in JOBS.values())
    assert [name for name, job in JOBS.items() if job.get("continue-on-error")] == ["canary"]
    assert WORKFLOW["concurrency"]["group"]


def test_the_checks_run_on_every_supported_python():
    versions = JOBS["check"]["strategy"]["matrix"]["python"]
    minors = [int(each.removeprefix("3.")) for each in versions]
    image = re.search(r"FROM python:3\.(\d+)-", (ROOT / "Dockerfile").read_text())

    assert f">={versions[0]}" == MINIMUM
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert image
    assert int(image[1]) in minors


def test_the_commands_exist():
    commands = [line for step in steps() for line in step.get("run", "").splitlines()]
    targets = {each for line in commands for each in re.findall(r"\bmake ([\w-]+)", line)}

    assert ".ci/run" in commands
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert targets == {"requirements", "up", "down", "canary"}
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)
    for file in re.findall(r"--requirement (\S+)", "\n".join(commands)):
        assert (ROOT / file).is_file()


def test_the_canarys_name_has_its_django_version():
    version = re.search(r"Django (\d+\.\d+)", JOBS["canary"]["name"])

    assert version
    assert f'"Django~={version[1]}.0"' in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize(
    "update", DEPENDABOT["updates"], ids=lambda each: each["package-ecosystem"]
)
def test_dependabot_finds_the_files_to_update(update):
    for directory in update.get("directories", [update.get("directory")]):
        assert list((ROOT / directory.strip("/")).glob(WATCHED[update["package-ecosystem"]]))
