"""Is a file what its name says? Judged by its bytes (contract M3), read in pieces, since a file may
be larger than the memory it should cost."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import IO

import filetype
from django.conf import settings

from materials.kinds import KINDS, Content, Kind, extension_of

PIECE = 64 * 1024
# An archive's table of contents stands at its end; a document's fits into that.
DIRECTORY = 1024 * 1024
ZIP, ZIP_END, OLE = b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1")
# What a browser or a shell would run, behind blanks and comments.
ACTIVE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*(?:<!doctype|<html|<head|<body|<svg|<script|<iframe|<\?|#!)",
    re.IGNORECASE | re.DOTALL,
)
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def problem_of(file: IO[bytes], name: str) -> str:
    """Why a file of this name can't be taken, as a sentence; "" if it can."""
    extension = extension_of(name)
    if extension not in settings.MATERIAL_EXTENSIONS:
        return f"Files may be: {', '.join(settings.MATERIAL_EXTENSIONS)}."
    kind = KINDS[extension]
    if not TESTS[kind.content](file, kind):
        return f"This file is no {extension} file, whatever its name says."
    return ""


def head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(PIECE)


def end(file: IO[bytes]) -> bytes:
    """The last part, where an archive lists what is in it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - DIRECTORY))
    return file.read()


def is_binary(file: IO[bytes], kind: Kind) -> bool:
    return bool(filetype.guess_mime(head(file)) == kind.media_type)


def is_zip(file: IO[bytes], kind: Kind) -> bool:
    return head(file).startswith((ZIP, ZIP_END)) and ZIP_END in end(file)


def is_office(file: IO[bytes], kind: Kind) -> bool:
    listed = end(file)
    parts = b"[Content_Types].xml" in listed and kind.inside.encode() in listed
    return is_zip(file, kind) and parts and b"vbaProject.bin" not in listed


def is_open_document(file: IO[bytes], kind: Kind) -> bool:
    # The first entry is `mimetype`, not packed, so that it stands at a fixed place.
    begins = head(file)[30:].startswith(b"mimetype" + kind.media_type.encode())
    return is_zip(file, kind) and begins


def is_ole(file: IO[bytes], kind: Kind) -> bool:
    return head(file).startswith(OLE)


def is_text(file: IO[bytes], kind: Kind) -> bool:
    """UTF-8, or UTF-16 that says so; no control characters, and nothing to run."""
    utf16 = head(file).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()
    file.seek(0)
    first = True
    try:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if CONTROL.search(text) or (first and ACTIVE.match(text)):
                return False
            first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


TESTS: dict[Content, Callable[[IO[bytes], Kind], bool]] = {
    Content.BINARY: is_binary,
    Content.ZIP: is_zip,
    Content.OFFICE: is_office,
    Content.OPEN_DOCUMENT: is_open_document,
    Content.OLE: is_ole,
    Content.TEXT: is_text,
}
