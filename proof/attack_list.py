"""Requests that are designed to be expensive, each with a harmless one of the same size."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from urllib.parse import quote

KB = 1024
# About as large as the server allows for a header or a URL.
HEADER = 30 * KB
BODY = 200 * KB
TYPES, DOCUMENT = "[Content_Types].xml", "word/document.xml"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attack:
    name: str
    hostile: Request
    harmless: Request


@dataclass(frozen=True)
class Target:
    """The attacker, and the paths of the attacks.

    Attributes:
        token: the token of the attacker, who has an account and a session with one file.
        materials: the path of that session's materials.
        file: the path of the file.
        friend: the path of the messages with a friend.
        cookie: the cookie of a staff member who is signed in to the admin.
    """

    token: str
    materials: str
    file: str
    friend: str
    cookie: str


def filled(start: str, repeated: str, size: int, end: str = "") -> str:
    return start + (repeated * size)[: size - len(start) - len(end)] + end


def attacks(target: Target) -> list[Attack]:
    bearer = {"Authorization": f"Bearer {target.token}"}
    return [
        *files(target, bearer),
        *bodies(target, bearer),
        *addresses(target, bearer),
        *headers(bearer),
    ]


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def files(target: Target, bearer: dict[str, str]) -> list[Attack]:
    def upload(name: str, content: bytes) -> Request:
        content_type = {"Content-Type": "multipart/form-data; boundary=x"}
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        return Request(
            "PUT", target.file, head.encode() + content + b"\r\n--x--\r\n", bearer | content_type
        )

    def attack(name: str, file: str, hostile: bytes, harmless: bytes = b"") -> Attack:
        harmless = harmless or b"a" * len(hostile)
        return Attack(name, upload(file, hostile), upload(file, harmless))

    document = archive(1_990)
    return [
        attack("a file of 281 bytes of comments", "a.md", b"<!---->" * 40 + b"x"),
        attack("a file of 64 KB of comments", "a.md", b"<!-- -->" * 8_000 + b"x"),
        attack("a file of comments that never end", "a.txt", b"<!--" * 16_000 + b"x"),
        attack("a file of blanks", "a.txt", b" " * 60_000 + b"x"),
        attack("a document of 1,990 parts", "a.docx", document, archive(10, len(document))),
        attack("a document of 20,000 parts", "a.docx", (many := archive(20_000)),
               archive(10, len(many))),
        attack("a form of broken boundaries", "a.md", b"\r\n--" * (BODY // 4)),
    ]  # fmt: skip


def archive(parts: int, size: int = 0) -> bytes:
    """Return a document with this number of parts, padded to about this size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(TYPES, "x" * max(0, size - 1_200))
        packed.writestr(DOCUMENT, "x")
        for number in range(parts):
            packed.writestr(str(number), "")
    return file.getvalue()


# ── Bodies ───────────────────────────────────────────────────────────────────────────────────


def bodies(target: Target, bearer: dict[str, str]) -> list[Attack]:
    def attack(name: str, method: str, path: str, key: str, hostile: str) -> Attack:
        def request(text: str) -> Request:
            fields = {"type": "link", "title": "t", "username": "n", "password": "p", key: text}
            sent = json.dumps(fields, ensure_ascii=False).encode()
            return Request(method, path, sent, {**bearer, "Content-Type": "application/json"})

        return Attack(name, request(hostile), request("a" * len(hostile)))

    def raw(name: str, text: str) -> Attack:
        head = {**bearer, "Content-Type": "application/json"}
        harmless = json.dumps({"title": "a" * len(text)})[: len(text) - 2] + '"}'
        return Attack(
            name,
            Request("POST", "/api/sessions/", text.encode(), head),
            Request("POST", "/api/sessions/", harmless.encode(), head),
        )

    me, register = "/api/auth/me/", "/api/auth/register/"
    return [
        attack("a title of blanks", "POST", "/api/sessions/", "title", filled("a", " ", BODY, "a")),
        attack("a user name", "POST", register, "username", filled("", "a.", BODY, "!")),
        attack("an e-mail address", "POST", register, "email", filled("a@", "a.", BODY, "!")),
        attack("a quoted e-mail address", "PATCH", me, "email", filled('"', '\\"', 320, "@a")),
        attack("a time zone", "PATCH", me, "timezone", filled("", "Europe/", BODY)),
        attack("a date", "POST", "/api/sessions/", "date", filled("2030-01-01T", "0:", BODY)),
        attack("a link", "POST", target.materials, "url", filled("http://", "a.-", 2_000)),
        raw("brackets", "[" * (BODY - 1) + "]"),
        raw("a long number", "9" * BODY),
        raw("many short lists", "[" + "[]," * (BODY // 3) + "[]]"),
    ]


# ── Addresses ────────────────────────────────────────────────────────────────────────────────


def addresses(target: Target, bearer: dict[str, str]) -> list[Attack]:
    staff = {"Cookie": target.cookie}

    def attack(name: str, path: str, text: str, head: dict[str, str]) -> Attack:
        sent = quote(text, safe="/.,;:-_=@&")
        hostile, harmless = (Request("GET", path + e, b"", head) for e in (sent, "a" * len(sent)))
        return Attack(name, hostile, harmless)

    lists = "/api/sessions/"
    return [
        attack("slashes below the admin", "/admin/r/", filled("", "/", HEADER, "a"), {}),
        attack("slashes below the API", "/api/", filled("", "a/", HEADER), {}),
        attack("a signed link", "/api/auth/unsubscribe/", filled("", ":", HEADER), {}),
        attack("a search", f"{lists}?search=", filled("", "a", 190, "b"), bearer),
        attack(
            "a filter by date", f"{lists}?date_from=", filled("2030-01-01T", "0", 8_000), bearer
        ),
        attack("an order", f"{lists}?ordering=", "date,-date," * 700 + "title", bearer),
        attack("a filter by status", f"{lists}?status=", filled("", "upcoming,", 8_000), bearer),
        attack("an unknown filter", f"{lists}?", filled("", "statu", 190), bearer),
        attack("a page", "/api/notifications/?limit=", filled("", "9", 8_000), bearer),
        attack("a cursor", f"{target.friend}?before=", filled("", "9", 8_000), bearer),
        attack("a CSV file", "/admin/accounts/user/?q=", filled("", "a ", 2_000), staff),
    ]


# ── Headers ──────────────────────────────────────────────────────────────────────────────────


def headers(bearer: dict[str, str]) -> list[Attack]:
    def attack(name: str, header: str, text: str, method: str = "GET") -> Attack:
        def request(value: str) -> Request:
            return Request(method, "/api/sessions/", b"", {**bearer, header: value})

        return Attack(name, request(text), request("a" * len(text)))

    return [
        attack("a cookie", "Cookie", filled('a="', "\\", HEADER, '"')),
        attack("a token", "Authorization", filled("Bearer ", ".", HEADER)),
        attack("a host that is logged", "Host", filled("", "token-", HEADER, "=")),
        attack("an idempotency key", "Idempotency-Key", filled("", "~", HEADER, "\x80"), "POST"),
        attack("an origin", "Origin", filled("http://localhost:", "1", HEADER, "a")),
        attack("languages", "Accept-Language", filled("", "a-a,", HEADER)),
        attack("types", "Accept", filled("", "a/a;q=0.1,", HEADER)),
        attack("forwarded addresses", "X-Forwarded-For", filled("", "::,", HEADER)),
    ]
