"""The commands of docs/backup.md back up a running server and restore it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
import requests

from tests.materials.site import open_session
from tests.support.databases import ROOT, execute, fresh_postgres, new_name, on
from tests.support.server import Server

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not shutil.which("pg_dump"), reason="needs PostgreSQL's own tools"),
]

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
QUIET = {"DEMO_DATA": "0", "EMBEDDED_SCHEDULER": "0"}


def commands():
    """Return the page's blocks of commands: backing up, restoring, comparing."""
    page = (ROOT / "docs/backup.md").read_text()
    return re.findall(r"^```bash\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def paste(block, folder, url, media):
    """Run a block of commands in bash. Return its output."""
    environment = os.environ | {
        "BACKUP": str(folder / "backup"),
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(media),
    }
    script = f"set -eu\n{block.replace('/tmp/', f'{folder}/')}"
    ended = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert not ended.stderr, ended.stderr
    return ended.stdout


@pytest.fixture
def empty():
    """Yield the URL of an empty database."""
    server, name = os.environ["DATABASE_URL"], new_name()
    execute(server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield on(server, name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_running_server_is_backed_up_and_another_server_serves_the_restored_data(tmp_path, empty):
    back_up, restore, compare = commands()
    first, second = tmp_path / "first", tmp_path / "second"
    (second / "media").mkdir(parents=True)
    first.mkdir()

    with fresh_postgres() as old, Server(first, QUIET | {"DATABASE_URL": old}) as server:
        token, path = open_session(server)
        file = {"file": ("a.pdf", PDF)}
        server.call("POST", path, token, data={"title": "L", "type": "file"}, files=file)
        paste(back_up, tmp_path, old, first / "media")
        server.call(
            "POST", path, token, json={"title": "Later", "type": "link", "url": "https://x.org"}
        )
    paste(restore, tmp_path, empty, second / "media")

    with Server(second, QUIET | {"DATABASE_URL": empty}) as server:
        [material] = server.call("GET", path, server.sign_in("ines", "a-good-password-26")).json()
        assert requests.get(material["file"], timeout=10).content == PDF
    assert paste(compare, tmp_path, empty, second / "media") == ""
    (second / "media/materials/nobodys.pdf").write_bytes(PDF)
    assert paste(compare, tmp_path, empty, second / "media") == "> materials/nobodys.pdf\n"
