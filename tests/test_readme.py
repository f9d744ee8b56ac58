"""The commands, answers, paths and links of the README and the pages of docs/ are correct."""

import json
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from sessions_app.admin import SessionAdmin
from tests.support.server import ROOT, Server

README = (ROOT / "README.md").read_text()
TOUR = (ROOT / "docs/tour.md").read_text()
ANYTHING = "…"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), ROOT / "bench/README.md"]
# The path of a file or a folder.
PLACE = re.compile(r"`([a-z_]+/[a-z_/]*(?:\.[a-z]+)?)`")


def section(page: str, title: str) -> str:
    """Return the text below a heading of a page, up to the next heading of this level."""
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def tour_of(text: str) -> list[tuple[str, str, str]]:
    """Return each command, with the kind and the text of the answer that follows it, if any."""
    blocks = re.findall(r"^```(bash|json|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    steps = []
    for (kind, command), (next_kind, answer) in pairwise([*blocks, ("", "")]):
        if kind == "bash":
            shown = next_kind in {"json", "text"}
            steps.append((command, next_kind if shown else "", answer if shown else ""))
    return steps


def difference(shown: Any, got: Any, where: str = "answer") -> str:
    """Return where the real answer differs from the one shown; "" if nowhere.

    `…` matches any value, any part of a text, and as a key any more keys.
    """
    if shown == ANYTHING:
        return ""
    if isinstance(shown, str) and isinstance(got, str) and ANYTHING in shown:
        parts = (re.escape(part) for part in shown.split(ANYTHING))
        if re.fullmatch(".*".join(parts), got, re.DOTALL):
            return ""
    if isinstance(shown, dict) and isinstance(got, dict):
        missing = shown.keys() - got.keys() - {ANYTHING}
        hidden = set() if ANYTHING in shown else got.keys() - shown.keys()
        if missing or hidden:
            return f"{where}: the server lacks {sorted(missing)}, the page {sorted(hidden)}"
        keys = [key for key in shown if key != ANYTHING]
        parts = (difference(shown[key], got[key], f"{where}.{key}") for key in keys)
        return next(filter(None, parts), "")
    if isinstance(shown, list) and isinstance(got, list) and len(shown) == len(got):
        parts = (
            difference(*pair, f"{where}[{number}]")
            for number, pair in enumerate(zip(shown, got, strict=True))
        )
        return next(filter(None, parts), "")
    same = shown == got and type(shown) is type(got)
    return "" if same else f"{where}: the page shows {shown!r}, the server answered {got!r}"


def documents(text: str) -> list[Any]:
    """Return the JSON documents that follow each other in a text."""
    decoder, found, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


def take(tour: str, base: str, folder: Path) -> list[str]:
    """Run the commands in one bash. Return what is wrong with their answers."""
    steps = tour_of(tour)
    script = "".join(
        f"{{\n{command}\n}} >/tmp/{number}.out 2>/tmp/{number}.err\n"
        for number, (command, _, _) in enumerate(steps)
    )
    replacements = {
        "/tmp/": f"{folder}/",
        "http://localhost:8000": base,
        "ws://localhost:8000": base.replace("http", "ws"),
        ".venv/bin/python": sys.executable,
    }
    for old, new in replacements.items():
        script = script.replace(old, new)
    subprocess.run(["bash"], input=script, text=True, check=False, timeout=120)
    problems = []
    for number, (command, kind, answer) in enumerate(steps):
        got = (folder / f"{number}.out").read_text()
        errors = (folder / f"{number}.err").read_text()
        if kind == "json":
            try:
                problem = difference(documents(answer), documents(got))
            except json.JSONDecodeError as error:
                problem = f"not JSON ({error}): {got!r}"
        else:
            problem = "" if got == answer else f"shown {answer!r}, got {got!r}"
        problems += [f"{command}\n→ {each}" for each in (problem, errors) if each]
    return problems


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server on its first start, with demo data."""
    with Server(tmp_path_factory.mktemp("readme")) as running:
        yield running


@pytest.mark.skipif(not shutil.which("curl"), reason="the tour needs curl")
def test_the_tour_works_when_pasted_in_order_and_shows_the_real_answers(server, tmp_path):
    problems = take(TOUR, server.base, tmp_path)

    assert not problems, "\n\n".join(problems)


@pytest.mark.skipif(not shutil.which("curl"), reason="the README's example needs curl")
def test_the_readmes_screen_of_curl_works_when_pasted_and_shows_the_real_answers(server, tmp_path):
    problems = take(section(README, "One screen of curl"), server.base, tmp_path)

    assert not problems, "\n\n".join(problems)


def test_the_readme_is_short_and_links_to_every_page_of_the_documentation():
    pages = {f"docs/{page.name}" for page in ROOT.glob("docs/*.md")}

    assert len(README.splitlines()) <= 150
    assert pages - set(re.findall(r"\]\(([^)]+)\)", README)) == set()


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_a_page_begins_with_its_audience(page):
    first_paragraph = page.read_text().split("\n\n")[1]

    assert first_paragraph.startswith("For ")


@pytest.mark.parametrize(
    ("part", "acts"),
    [
        (
            "Tutoring sessions",
            ["auth/register/", "search=", "/join/", "/leave/", "/start/", "/complete/"],
        ),
        (
            "Peers",
            [
                '"booking_mode": "request"',
                '"timezone": ',
                '"timezone_offset": ',
                "search=",
                "/join/",
                '"message": ',
                "notifications/unread_count/",
                "notifications/?unread=true",
                "/mark_as_read/",
                "mark_all_as_read/",
                "/booking_requests/",
                "/approve_request/",
                "/reject_request/",
                "/withdraw_request/",
                "-X PUT",
                '"status": "approved"}',
                "/my_sessions/",
            ],
        ),
    ],
)
def test_each_part_of_the_tour_shows_its_main_requests(part, acts):
    steps = tour_of(section(TOUR, part))
    commands = "".join(command for command, _, _ in steps)

    assert [act for act in acts if act not in commands] == []
    assert sum(len(documents(shown)) for _, kind, shown in steps if kind == "json") >= 10


@pytest.mark.skipif(not shutil.which("curl"), reason="the tour needs curl")
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ('curl -s $API/auth/me/ -H "Authorization: Bearer $(token bob)"', '{"username": "bob"}'),
        (
            'curl -s $API/auth/me/ -H "Authorization: Bearer $(token bob)"',
            '{"username": "b…c", "…": "…"}',
        ),
        ("curl -s $API/auth/me/", '{"error": "…", "code": "token_not_valid"}'),
        ("curl -s $API/auth/you/", '{"error": "…", "code": "unknown_address", "id": "…"}'),
        ("echo 201; echo 202", "```json\n201\n```"),
        ("echo 201", "```json\n201\n202\n```"),
        ("curl -s $API/auth/me", ""),
        ("echo 201", "```text\n400\n```"),
        ("nosuchcommand", ""),
    ],
)
def test_a_wrong_answer_or_command_in_a_tour_is_found(server, tmp_path, command, answer):
    helpers = tour_of(TOUR)[0][0]
    shown = f"```json\n{answer}\n```" if answer.startswith("{") else answer

    problems = take(
        f"```bash\n{helpers}```\n\n```bash\n{command}\n```\n\n{shown}\n", server.base, tmp_path
    )

    assert problems


def test_the_two_commands_are_on_the_first_screen():
    first_screen = "\n".join(README.splitlines()[:25])

    assert "make run" in first_screen
    assert "make test" in first_screen


def test_the_map_of_the_code_names_paths():
    assert len(PLACE.findall(section(README, "Where is …?"))) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_in_the_repository_that_a_page_names_exists(page):
    folders = {each.name for each in ROOT.iterdir()}
    named = {path for path in PLACE.findall(page.read_text()) if path.split("/")[0] in folders}

    # Whoever runs the proxy puts certificates there.
    missing = [path for path in named - {"proxy/certificates/"} if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    # Only in code, since "make" is also a word of prose.
    made = set(re.findall(r"(?:`|^)make ([a-z]+(?:-[a-z]+)*)", text, re.MULTILINE))
    managed = set(re.findall(r"manage\.py ([a-z]\w+)", text))

    assert made - targets == set()
    assert managed - get_commands().keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_the_repository_points_to_a_file(page):
    links = re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text())

    assert [link for link in links if not (page.parent / link).is_file()] == []


def test_the_admin_has_the_actions_that_the_tour_names():
    named = re.findall(r"\*((?:Approve|Cancel) selected[^*]+)\*", " ".join(TOUR.split()))
    descriptions = {
        getattr(SessionAdmin, name).short_description
        for name in SessionAdmin.actions
        if hasattr(SessionAdmin, name)
    }

    assert len(named) == 2
    assert set(named) <= descriptions
