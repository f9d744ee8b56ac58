"""The types of materials, and the types of files: their extensions, what the content must be, and
the media type they are served with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.db.models import TextChoices


class Type(TextChoices):
    FILE = "file"
    LINK = "link"
    NOTE = "note"


# The field that each type of material uses and requires.
USES = {Type.FILE: "file", Type.LINK: "url", Type.NOTE: "content"}


class Content(Enum):
    """What a file's bytes must look like."""

    BINARY = "a signature at its beginning"
    ZIP = "an archive"
    OFFICE = "an archive with the parts of an Office document"
    OPEN_DOCUMENT = "an archive that begins with its media type"
    OLE = "the container format of older Office versions"
    TEXT = "text without markup or scripts"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file.

    Attributes:
        inside: for `OFFICE`, the archive entry that identifies this type of document.
        signatures: for `BINARY`, the possible beginnings of the file. A `?` matches any byte.
    """

    media_type: str
    content: Content
    inside: str = ""
    signatures: tuple[bytes, ...] = ()

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
JPEG = FileType("image/jpeg", Content.BINARY, signatures=(b"\xff\xd8\xff",))
# By extension. Types that a browser could run (HTML, SVG, scripts) are left out.
FILE_TYPES = {
    "pdf": FileType("application/pdf", Content.BINARY, signatures=(b"%PDF", b"\xef\xbb\xbf%PDF")),
    "doc": FileType("application/msword", Content.OLE),
    "docx": FileType(f"{OFFICE}wordprocessingml.document", Content.OFFICE, "word/document.xml"),
    "xls": FileType("application/vnd.ms-excel", Content.OLE),
    "xlsx": FileType(f"{OFFICE}spreadsheetml.sheet", Content.OFFICE, "xl/workbook.xml"),
    "ppt": FileType("application/vnd.ms-powerpoint", Content.OLE),
    "pptx": FileType(
        f"{OFFICE}presentationml.presentation", Content.OFFICE, "ppt/presentation.xml"
    ),
    "odt": FileType(f"{OPEN_DOCUMENT}text", Content.OPEN_DOCUMENT),
    "ods": FileType(f"{OPEN_DOCUMENT}spreadsheet", Content.OPEN_DOCUMENT),
    "odp": FileType(f"{OPEN_DOCUMENT}presentation", Content.OPEN_DOCUMENT),
    "zip": FileType("application/zip", Content.ZIP),
    "txt": FileType("text/plain", Content.TEXT),
    "md": FileType("text/markdown", Content.TEXT),
    "csv": FileType("text/csv", Content.TEXT),
    "png": FileType("image/png", Content.BINARY, signatures=(b"\x89PNG\r\n\x1a\n",)),
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": FileType("image/gif", Content.BINARY, signatures=(b"GIF87a", b"GIF89a")),
    "webp": FileType("image/webp", Content.BINARY, signatures=(b"RIFF????WEBPVP8",)),
}


def extension_of(name: str) -> str:
    """Return the extension in lower case (`"Notes.PDF"` → `"pdf"`), or "" if there is none."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""
