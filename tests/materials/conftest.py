"""Fixtures: a session with a participant, and files to upload."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def archive(*names: str, content: str = "x") -> bytes:
    """Return a ZIP file with these entries, all with this content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, content)
    return file.getvalue()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> Any:
    """The folder of stored files, empty at first."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def stored_files(folder: Any) -> list[Any]:
    return [each for each in folder.rglob("*") if each.is_file()]


@pytest.fixture
def member(person, session, join):
    """A participant of `course`."""
    return person("paula", first_name="Paula", last_name="Pires")


@pytest.fixture
def course(session, member, join):
    row = session(title="Algebra")
    join(row, member)
    return row


@pytest.fixture
def path(course) -> str:
    return f"/api/sessions/{course.pk}/materials/"


@pytest.fixture
def upload(api) -> Callable[..., Any]:
    """`upload(user, path)`: send a PDF, or another content, as a multipart form."""

    def send(
        user: Any,
        path: str,
        content: bytes = PDF,
        name: str = "notes.pdf",
        method: str = "POST",
        **fields: Any,
    ) -> Any:
        parts = {"title": "Notes", "type": "file", **fields}
        parts["file"] = SimpleUploadedFile(name, content)
        body = encode_multipart(BOUNDARY, parts)
        return api(user).generic(method, path, body, content_type=MULTIPART_CONTENT)

    return send
