"""Is a file what its name says? Judged by its bytes (contract M3), read in pieces, since a file may
be larger than the memory it should cost."""

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
# An archive's table of contents stands at its end; a document's fits into that.
DIRECTORY = 1024 * 1024
ZIP, ZIP_ENTRY, ZIP_END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
EMPTY = {b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
COMMENT = r"<!--(?:-?>|.*?--!?>)"
# What a browser or a shell would run, behind blanks and comments. One comment stands for any
# number of them, since the end of another may be in it. `(COMMENT)*` would try every way to divide
# them, and each one more would double the time.
ACTIVE = re.compile(
    rf"\s*+(?:{COMMENT}\s*+)?(?:<!doctype|<html|<head|<body|<svg|<script|<iframe|<\?|#!)",
    re.IGNORECASE | re.DOTALL,
)
# Blanks and comments only, but for a comment or a tag that the end of the piece cuts off.
NO_CONTENT = re.compile(rf"\s*+(?:{COMMENT}\s*+)*+(?:<!--.*|[<#].{{0,8}})?+", re.DOTALL)
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


class RefusedError(ValueError):
    """The file can't be taken; says why in a sentence."""


def problem_of(file: IO[bytes], name: str) -> str:
    """Why a file of this name can't be taken, as a sentence; "" if it can.

    The work is linear in the file's size. It is done on pieces of 64 KiB, with an end to the
    processor time, and on the last 1 MiB of an archive, with an end to its entries (`limits`).
    """
    extension = extension_of(name)
    if extension not in settings.MATERIAL_EXTENSIONS:
        return f"Files may be: {', '.join(settings.MATERIAL_EXTENSIONS)}."
    if head(file) in EMPTY:
        return "This file is empty."
    kind = FILE_TYPES[extension]
    try:
        is_good = TESTS[kind.content](file, kind)
    except UnicodeDecodeError:
        return "Save this file as UTF-8: its text can't be read."
    except RefusedError as error:
        return str(error)
    return "" if is_good else f"This file is no {extension} file, whatever its name says."


def head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(PIECE)


def end(file: IO[bytes]) -> bytes:
    """The last part, where an archive lists what is in it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - DIRECTORY))
    return file.read()


def is_binary(file: IO[bytes], kind: FileType) -> bool:
    return any(begins_with(head(file), signature) for signature in kind.signatures)


def begins_with(content: bytes, signature: bytes) -> bool:
    """Whether these are the first bytes, of which each `?` is any."""
    pairs = zip(signature, content, strict=False)
    return len(content) >= len(signature) and all(a in (b, ord("?")) for a, b in pairs)


def is_zip(file: IO[bytes], kind: FileType) -> bool:
    return head(file).startswith((ZIP, ZIP_END)) and ZIP_END in end(file)


def is_office(file: IO[bytes], kind: FileType) -> bool:
    parts = parts_of(file)
    has_macros = any(part.endswith("vbaproject.bin") for part in parts)
    return is_zip(file, kind) and {"[content_types].xml", kind.inside} <= parts and not has_macros


def parts_of(file: IO[bytes]) -> set[str]:
    """The names in an archive's table of contents, in lower case; none if it can't be read.

    Raises:
        RefusedError: it has more entries than a document needs.
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
    # The first entry is `mimetype`, not packed, so that it stands at a fixed place.
    begins = head(file)[30:].startswith(b"mimetype" + kind.media_type.encode())
    return is_zip(file, kind) and begins


def is_ole(file: IO[bytes], kind: FileType) -> bool:
    return head(file).startswith(OLE)


def is_text(file: IO[bytes], kind: FileType) -> bool:
    """UTF-8, or UTF-16 that says so; no control characters, and nothing to run.

    Raises:
        RefusedError: judging it takes too long, or its first piece has no content.
        UnicodeDecodeError: it is in another encoding.
    """
    utf16 = head(file).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()
    for number, piece in enumerate(pieces(file)):
        text = decoder.decode(piece)
        if CONTROL.search(text) or (number == 0 and ACTIVE.match(text)):
            return False
        if number == 0 and len(piece) == PIECE and NO_CONTENT.fullmatch(text):
            raise RefusedError("Begin this file with its content, not with 64 KB without any.")
    decoder.decode(b"", final=True)
    return True


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The whole file, up to 64 KiB at a time.

    Raises:
        RefusedError: more processor time went by than judging a file may take.
    """
    deadline = thread_time() + limits.JUDGING_SECONDS
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
