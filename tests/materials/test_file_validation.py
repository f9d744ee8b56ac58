"""Checking that the bytes of a file match its extension (contract M3)."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from materials import limits
from materials.file_validation import ACTIVE, NO_CONTENT, PIECE, problem_of
from materials.models import Material, OrphanedFile
from tests.materials.conftest import PDF, archive, stored_files
from tests.patterns.growth import assert_linear
from tests.support.envelope import refused

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
TYPES = "[Content_Types].xml"
DOCX = archive("_rels/.rels", "word/document.xml", TYPES)
GIF, JPEG = b"GIF89a" + bytes(20), b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 " + bytes(20)
TEXT = "Größe und Ähnliches\n\tmit Tabs\r\n".encode()


def open_document(kind):
    """Return an archive with the beginning of an OpenDocument file."""
    mime = f"application/vnd.oasis.opendocument.{kind}"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", mime)
        packed.writestr("content.xml", "<x/>")
    return file.getvalue()


GOOD = [
    ("a.pdf", PDF),
    ("A.PDF", PDF),
    ("a.b.pdf", PDF),
    ("a.pdf", b"\xef\xbb\xbf" + PDF),
    ("a.docx", DOCX),
    ("a.xlsx", archive(TYPES, "xl/workbook.xml")),
    ("a.pptx", archive(TYPES.lower(), "PPT/Presentation.xml")),
    ("a.odt", open_document("text")),
    ("a.ods", open_document("spreadsheet")),
    ("a.odp", open_document("presentation")),
    ("a.zip", archive("a.txt")),
    ("a.zip", archive()),
    ("a.txt", TEXT),
    ("a.md", b"\xef\xbb\xbf# Title\n" + TEXT),
    ("a.csv", "a;b\n1;2\n".encode("utf-16")),
    ("a.csv", b"a,b\n" + b"1,2\n" * 50_000),
    ("a.md", b"<!---->" * 40 + b"x"),
    ("a.md", b"<!-- a comment that is never closed <html>"),
    ("a.md", b"<!-- x -->\n" * 5_000 + b"# Title\n" * 10_000),
    ("a.docx", archive(TYPES, "word/document.xml", *map(str, range(limits.PARTS - 2)))),
    ("a.png", PNG),
    ("a.jpg", JPEG),
    ("a.jpeg", JPEG),
    ("a.gif", GIF),
    ("a.webp", WEBP),
]
BAD = [
    ("a", PDF),
    (".pdf", PDF),
    ("a.pdf.", PDF),
    ("a.exe", b"MZ" + bytes(100)),
    ("a.html", b"<html>"),
    ("a.svg", b"<svg/>"),
    ("a.js", b"alert(1)"),
    ("a.docm", DOCX),
    ("a.pdf", b"MZ" + bytes(100)),
    ("a.pdf", b"\x7fELF" + bytes(100)),
    ("a.txt", b"\xcf\xfa\xed\xfe" + bytes(100)),
    ("a.pdf", b"<html><body>%PDF-1.7"),
    ("a.pdf", PNG),
    ("a.png", GIF),
    ("a.png", PNG[:7]),
    ("a.gif", b"GIF88a" + bytes(20)),
    ("a.jpeg", b"\xff\xd8"),
    ("a.webp", WEBP.replace(b"WEBP", b"WAVE")),
    ("a.webp", WEBP[:14]),
    ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("a.doc", OLE),
    ("a.xls", OLE),
    ("a.ppt", OLE),
    ("a.docx", OLE),
    ("a.docx", archive("a.txt")),
    ("a.docx", archive(TYPES, "xl/workbook.xml")),
    ("a.docx", archive(TYPES, "word/document.xml", "word/vbaProject.bin")),
    ("a.docx", archive(TYPES, "word/document.xml", "word/VBAPROJECT.BIN")),
    ("a.docx", archive("a.txt", content=f"{TYPES} word/document.xml")),
    ("a.docx", DOCX[:-10]),
    ("a.docx", DOCX.replace(b"PK\x01\x02", b"PK\x01\x03")),
    ("a.docx", DOCX[:-10] + b"\xff" * 8 + bytes(2)),
    ("a.odt", open_document("spreadsheet")),
    ("a.zip", b"PK\x03\x04 and no more"),
    ("a.txt", b"a\x00b"),
    ("a.txt", b"\xff\xfa\xfb"),
    ("a.txt", b"a" * 65_535 + b"\xc3\x28"),
    ("a.txt", b"cut off \xc3"),
    ("a.txt", b"a" * 200_000 + b"\x1b[2J"),
    ("a.txt", b"<!DOCTYPE html><p>"),
    ("a.md", b"\n \t<ScRiPt>alert(1)</script>"),
    ("a.txt", b"<!-- x -->\n<!-- y --><html>"),
    ("a.txt", b"<!-- x -->" * 5_000 + b"<html>"),
    ("a.txt", b"<!-- a --> is an end --><html>"),
    ("a.txt", b"<!--><html>"),
    ("a.txt", b"<!---> <html>"),
    ("a.txt", b"<!-- x --!><html>"),
    ("a.txt", b" " * PIECE + b"<html>"),
    ("a.txt", b"<!-- x -->" * 7_000 + b"<html>"),
    ("a.txt", b"<!--" + b" " * PIECE + b"--><html>"),
    ("a.txt", b" " * (PIECE - 2) + b"<html>"),
    ("a.csv", b"\xef\xbb\xbf<svg onload=alert(1)>"),
    ("a.txt", "<html>".encode("utf-16")),
    ("a.txt", b"#!/bin/sh\nrm -rf /"),
    ("a.txt", b"<?php system('id');"),
    ("a.txt", b"<?xml version='1.0'?><x/>"),
]


def ids(cases):
    return [f"{number} {name}" for number, (name, _) in enumerate(cases)]


@pytest.mark.parametrize(("name", "content"), GOOD, ids=ids(GOOD))
def test_a_file_that_matches_its_extension_is_accepted(name, content):
    assert problem_of(io.BytesIO(content), name) == ""


@pytest.mark.parametrize(("name", "content"), BAD, ids=ids(BAD))
def test_a_file_that_does_not_match_its_extension_is_refused(name, content):
    assert problem_of(io.BytesIO(content), name).endswith(".")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_file_with_only_a_byte_order_mark_is_empty(mark):
    assert problem_of(io.BytesIO(mark), "a.txt") == "This file is empty."


def test_a_text_in_another_encoding_is_refused_with_the_encoding_to_use():
    latin = "Größe".encode("latin-1")

    assert problem_of(io.BytesIO(latin), "a.csv").startswith("Save this file as UTF-8")


def test_the_time_to_check_a_text_is_linear_in_its_length():
    comments = ["<!---->", "<!-- -->\n", "<!-->", "<!--", "-->", " "]

    for pump in comments:
        assert_linear(ACTIVE.match, pump, end="x")
        assert_linear(NO_CONTENT.fullmatch, pump, end="x")


PARTS = [*["<!--", "-->", "--", ">", "!", " ", "\n", "x", "#!"], *["<html", "<?", "<SVG"]]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_the_pattern_still_matches_all_that_its_slower_version_matched(text):
    tags = r"<!doctype|<html|<head|<body|<svg|<script|<iframe|<\?|#!"
    # It takes exponential time, so the texts are short.
    before = re.compile(rf"\s*(?:<!--.*?-->\s*)*(?:{tags})", re.IGNORECASE | re.DOTALL)

    assert ACTIVE.match(text) or not before.match(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.docx", archive(TYPES, *map(str, range(limits.PARTS))), "2000 parts at most"),
        ("a.md", b" " * PIECE + b"x", "have no content"),
        ("a.csv", b"1,2\n" * PIECE, "takes too long"),
    ],
)
def test_a_file_that_takes_too_long_to_check_is_refused_and_not_stored(
    upload, member, path, media, monkeypatch, name, content, sentence
):
    if name == "a.csv":
        monkeypatch.setattr(limits, "CHECK_SECONDS", 0)

    body = refused(upload(member, path, content, name), 400, "validation_error")

    assert sentence in body["fields"]["file"][0]
    assert stored_files(media) == []
    assert not Material.objects.exists()
    assert not OrphanedFile.objects.exists()


@pytest.mark.parametrize("name", ["a.doc", "a.xls", "a.ppt"])
def test_a_site_can_allow_old_office_files(settings, name):
    settings.MATERIAL_EXTENSIONS = ["doc", "xls", "ppt"]

    assert problem_of(io.BytesIO(OLE), name) == ""
    assert problem_of(io.BytesIO(DOCX), name).startswith("This is not a valid ")


def test_a_site_can_allow_fewer_types(settings):
    settings.MATERIAL_EXTENSIONS = ["pdf"]

    assert problem_of(io.BytesIO(PDF), "a.pdf") == ""
    assert problem_of(io.BytesIO(TEXT), "a.txt") == "Allowed file types: pdf."


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content"), [("a.html", b"<html>"), ("a.pdf", b"MZ12")])
def test_a_refused_file_is_an_error_of_the_file_field(upload, member, path, name, content):
    body = refused(upload(member, path, content, name), 400, "validation_error")

    assert list(body["fields"]) == ["file"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("a\x07b.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", None),
        ("日本語.pdf", "日本語.pdf"),
    ],
)
def test_a_file_name_is_cleaned(upload, member, path, sent, kept):
    name = upload(member, path, name=sent).json()["file_name"]

    assert name == (kept or "x" * 146 + ".pdf")
