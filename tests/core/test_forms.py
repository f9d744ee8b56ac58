"""Multipart forms and their size limits (contract C4, M3). Only uploads accept forms."""

from __future__ import annotations

import pytest

from tests.support.envelope import refused

MEBIBYTE = 1024 * 1024
FORM = "multipart/form-data; boundary=xxx"


def part(name, content, *, file_name=""):
    given = f'; filename="{file_name}"' if file_name else ""
    head = f'--xxx\r\nContent-Disposition: form-data; name="{name}"{given}\r\n\r\n'
    return head.encode() + content + b"\r\n"


NOTE = part("title", b"t") + part("type", b"note")
END = b"--xxx--\r\n"


@pytest.fixture
def send(db, api, session, instructor):
    """Send a form to the address that adds materials."""
    path = f"/api/sessions/{session().pk}/materials/"

    def post(body, content_type=FORM, **headers):
        return api(instructor).generic("POST", path, body, content_type=content_type, **headers)

    return post


def test_a_valid_form_is_accepted(send):
    answer = send(NOTE + part("content", "Größe".encode()) + END)

    assert answer.status_code == 201
    assert answer.json()["content"] == "Größe"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"nonsense", FORM),
        (NOTE, FORM),
        (NOTE + part("content", b"c") + b"--xx", FORM),
        (part("file", b"%PDF-1.7 cut o", file_name="a.pdf")[:-4], FORM),
        (NOTE + part("content", b"\xff\xfe") + END, FORM),
        (NOTE + part("content", b"\xed\xa0\x80") + END, FORM),
        (part("a", b"1") * 1100 + END, FORM),
        (part("a", b"1", file_name="a.txt") * 110 + END, FORM),
        (NOTE + END, "multipart/form-data"),
        (NOTE + END, "multipart/form-data; boundary="),
        (NOTE + END, "multipart/form-data; boundary=" + "x" * 300),
        (NOTE + END, "multipart/form-data; boundary=Größe"),
    ],
)
def test_an_invalid_form_is_a_400(send, body, content_type):
    refused(send(body, content_type), 400, "malformed_form")


@pytest.mark.parametrize("content", [b"a\x00b", b"&#xD800;\x00"])
def test_a_text_with_nul_is_a_400(send, content):
    answer = send(NOTE + part("content", content) + END)

    assert "content" in refused(answer, 400, "validation_error")["fields"]


def test_an_empty_file_is_a_400(send):
    answer = send(
        part("title", b"t") + part("type", b"file") + part("file", b"", file_name="a.txt") + END
    )

    assert "file" in refused(answer, 400, "validation_error")["fields"]


def test_texts_have_the_same_size_limit_as_in_json(send):
    refused(send(NOTE + part("content", b"c" * MEBIBYTE) + END), 413, "body_too_large")


def test_a_file_that_is_too_large_is_refused_while_it_is_received(send, settings):
    settings.MAX_FILE_BYTES = MEBIBYTE

    answer = send(NOTE + part("file", b"a" * (MEBIBYTE + 1), file_name="a.txt") + END)

    assert "1 MB" in refused(answer, 413, "file_too_large")["error"]


def test_a_file_that_cannot_be_written_to_disk_is_a_503(send, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "gone"

    answer = send(NOTE + part("file", b"a" * 100_000, file_name="a.txt") + END)

    refused(answer, 503, "body_not_kept")


def test_a_body_above_every_limit_is_refused_unread(send, settings):
    settings.MAX_FILE_BYTES = MEBIBYTE

    refused(send(b"x", CONTENT_LENGTH=str(2 * MEBIBYTE + 1)), 413, "body_too_large")
    refused(send(b"x", CONTENT_LENGTH="9" * 5_000), 413, "body_too_large")


def test_forms_are_accepted_nowhere_else(api, instructor):
    answer = api(instructor).generic("POST", "/api/sessions/", NOTE + END, content_type=FORM)

    refused(answer, 415, "unsupported_media_type")
