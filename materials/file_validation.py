"""Checking that the bytes of a file match its extension (contract M3). The file is read in pieces,
since it may be too large for memory."""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from time import thread_time
from typing import IO

from django.conf import settings

from materials import limits
from materials.file_types import FILE_TYPES, Content, FileType, extension_of

PIECE = 64 * 1024
# How much is read of the end of an archive, where its table of contents is. The table of an Office
# document fits.
DIRECTORY = 1024 * 1024
ZIP, ZIP_ENTRY, ZIP_END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
EMPTY = {b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
COMMENT = r"<!--(?:-?>|.*?--!?>)"
# What a browser or a shell would run, after whitespace and comments. A single `COMMENT` matches any
# number of comments, since it may contain the ends of others. `(COMMENT)*` would try every way to
# divide them, so that each further comment would double the time.
ACTIVE = re.compile(
    rf"\s*+(?:{COMMENT}\s*+)?(?:<!doctype|<html|<head|<body|<svg|<script|<iframe|<\?|#!)",
    re.IGNORECASE | re.DOTALL,
)
# Only whitespace and comments, and possibly a comment or a tag that the end of the piece cuts off.
NO_CONTENT = re.compile(rf"\s*+(?:{COMMENT}\s*+)*+(?:<!--.*|[<#].{{0,8}})?+", re.DOTALL)
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


class RefusedError(ValueError):
    """The file is refused; the message is a sentence that says why."""


def problem_of(file: IO[bytes], name: str) -> str:
    """Return why a file of this name is refused, as a sentence; "" if it is accepted.

    The work is linear in the file's size. A text is read in pieces of 64 KiB, with a limit on the
    processor time; of an archive the last 1 MiB is read, with a limit on its entries (`limits`).
    """
    extension = extension_of(name)
    if extension not in settings.MATERIAL_EXTENSIONS:
        return f"Allowed file types: {', '.join(settings.MATERIAL_EXTENSIONS)}."
    if head(file) in EMPTY:
        return "This file is empty."
    kind = FILE_TYPES[extension]
    try:
        is_good = TESTS[kind.content](file, kind)
    except UnicodeDecodeError:
        return "Save this file as UTF-8: its text can't be read."
    except RefusedError as error:
        return str(error)
    return "" if is_good else f"This is not a valid {extension} file."


def head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(PIECE)


def end(file: IO[bytes]) -> bytes:
    """Return the last part, where an archive has its table of contents."""
    size = file.seek(0, 2)
    file.seek(max(0, size - DIRECTORY))
    return file.read()


def is_binary(file: IO[bytes], kind: FileType) -> bool:
    return any(begins_with(head(file), signature) for signature in kind.signatures)


def begins_with(content: bytes, signature: bytes) -> bool:
    """Whether the content begins with this signature, in which `?` matches any byte."""
    pairs = zip(signature, content, strict=False)
    return len(content) >= len(signature) and all(a in (b, ord("?")) for a, b in pairs)


def is_zip(file: IO[bytes], kind: FileType) -> bool:
    return head(file).startswith((ZIP, ZIP_END)) and ZIP_END in end(file)


def is_office(file: IO[bytes], kind: FileType) -> bool:
    parts = parts_of(file)
    has_macros = any(part.endswith("vbaproject.bin") for part in parts)
    return is_zip(file, kind) and {"[content_types].xml", kind.inside} <= parts and not has_macros


def parts_of(file: IO[bytes]) -> set[str]:
    """Return the names in an archive's table of contents, in lower case; none if it can't be read.

    Raises:
        RefusedError: if it has more entries than a document needs.
    """
    table = end(file)
    if table.count(ZIP_ENTRY) > limits.PARTS:
        raise RefusedError(f"An Office document may have {limits.PARTS} parts at most.")
    try:
        with zipfile.ZipFile(BytesIO(table)) as archive:
            return {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        return set()


def is_open_document(file: IO[bytes], kind: FileType) -> bool:
    # The first entry is `mimetype`, uncompressed, so it is at a fixed position.
    has_type = head(file)[30:].startswith(b"mimetype" + kind.media_type.encode())
    return is_zip(file, kind) and has_type


def is_ole(file: IO[bytes], kind: FileType) -> bool:
    return head(file).startswith(OLE)


def is_text(file: IO[bytes], kind: FileType) -> bool:
    """Whether it is UTF-8, or UTF-16 with a byte order mark, and has no control characters and no
    scripts.

    Raises:
        RefusedError: if the check takes too long, or the first piece has no content.
        UnicodeDecodeError: if it is in another encoding.
    """
    utf16 = head(file).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()
    for number, piece in enumerate(pieces(file)):
        text = decoder.decode(piece)
        if CONTROL.search(text) or (number == 0 and ACTIVE.match(text)):
            return False
        if number == 0 and len(piece) == PIECE and NO_CONTENT.fullmatch(text):
            raise RefusedError("The first 64 KB of this file have no content.")
    decoder.decode(b"", final=True)
    return True


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the whole file, up to 64 KiB at a time.

    Raises:
        RefusedError: if the check has used up its processor time.
    """
    deadline = thread_time() + limits.CHECK_SECONDS
    file.seek(0)
    while piece := file.read(PIECE):
        if thread_time() > deadline:
            raise RefusedError("Checking this file takes too long: send a smaller one.")
        yield piece


TESTS: dict[Content, Callable[[IO[bytes], FileType], bool]] = {
    Content.BINARY: is_binary,
    Content.ZIP: is_zip,
    Content.OFFICE: is_office,
    Content.OPEN_DOCUMENT: is_open_document,
    Content.OLE: is_ole,
    Content.TEXT: is_text,
}
