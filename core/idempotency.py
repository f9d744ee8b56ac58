"""`Idempotency-Key`: what is posted with a key is done once, however often it is sent.

A client that got no answer sends its request again, with the same key. The key is claimed by a
unique row in a commit of its own, and the answer is written into that row in the act's last
transaction: it is there if the act has happened, and only then. A claim ends by itself, so that a
process that dies in between keeps nobody waiting for long: the next one does the act.

The rows are those of a model in an app above, reached as `person.idempotency_keys`.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import Error, IntegrityError, models, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.compiled_writes import insert
from core.errors import APIError, declare, envelope, translate
from core.renderers import dumps

KEY_INVALID = declare(
    "idempotency_key_invalid",
    400,
    "Send as Idempotency-Key 1 to 255 printable ASCII characters, such as a new UUID.",
)
KEY_REUSED = declare(
    "idempotency_key_reused",
    422,
    "This Idempotency-Key was sent with another request: take a new one for each act.",
)
REQUEST_IN_PROGRESS = declare(
    "request_in_progress",
    409,
    "The request with this Idempotency-Key is being done: send it again in a moment.",
)
ANSWER_ERASED = declare(
    "answer_erased",
    410,
    "This was done, but its answer named somebody who has left for good: look at what is there.",
)
KEY_ERRORS = [KEY_INVALID, KEY_REUSED, REQUEST_IN_PROGRESS, ANSWER_ERASED]

KEPT = timedelta(hours=24)
KEY = re.compile("[ -~]{1,255}")
# Refusals that are answers. After any other error the same request is worth another try.
REMEMBERED = {400, 403, 404}


class KeyedRequestQuerySet(models.QuerySet[Any]):
    def claimed(self, row: KeyedRequest) -> Self:
        """The row, while its claim holds and it has no answer."""
        return self.filter(pk=row.pk, claim=row.claim, status=None)

    def take(self, row: KeyedRequest, fresh: KeyedRequest) -> bool:
        """Claim what somebody else has left: True for one only of those who have read it."""
        columns = ("digest", "claim", "claimed_until", "status", "body", "expires_at")
        unchanged = self.filter(pk=row.pk, claim=row.claim, status=row.status)
        return bool(unchanged.update(**{name: getattr(fresh, name) for name in columns}))

    def answered_with(self, words: Iterable[str]) -> Self:
        """Those in whose answer one of the words occurs."""
        found = (models.Q(body__icontains=dumps(word)[1:-1].decode()) for word in words)
        return self.filter(models.Q(*found, _connector=models.Q.OR))

    def erase_answers(self) -> int:
        """Leave of the answers that they were there: nothing is done again. Returns how many."""
        erased = envelope(APIError(ANSWER_ERASED))
        return self.update(status=erased.status_code, body=erased.content.decode())

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)


class KeyedRequest(models.Model):
    """A request that has a key, and its answer.

    Subclasses add `person`, whose it is, and keep a person's keys unique.
    """

    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="Of the method, the path and the body.")
    claim = models.UUIDField(default=uuid.uuid4, help_text="Who does it: another one each time.")
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while it is being done.")
    body = models.TextField(default="")
    expires_at = models.DateTimeField(db_index=True)

    objects = KeyedRequestQuerySet.as_manager()

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Keyed:
    """What tells one request from another."""

    key: str
    digest: str


def keyed(request: Request) -> Keyed | None:
    """What tells this request, which has a key, from others; None if it brings a file, which would
    have to be read whole.

    Raises:
        APIError: 400 for a key that can't be one.
        RequestDataTooBig, UnreadablePostError: if the body can't be read.
    """
    if (request.content_type or "").lower().startswith("multipart/"):
        return None
    key = request.META["HTTP_IDEMPOTENCY_KEY"]
    if not KEY.fullmatch(key):
        raise APIError(KEY_INVALID)
    told = f"{request.method} {request.path}\n".encode() + request.body
    return Keyed(key, hashlib.sha256(told).hexdigest())


class Claim:
    """The right to do a request. Nobody else does it while the claim holds."""

    def __init__(self, row: KeyedRequest) -> None:
        self.row = row

    def keep(self, status: int, body: bytes) -> None:
        """Write the answer down, in the transaction of what it tells of.

        Raises:
            APIError: 409 if the claim has ended and somebody else does the request, so that what
                was done here has to be undone.
        """
        text = body.decode()
        if not self.claimed().update(status=status, body=text):
            raise in_progress()
        self.row.status, self.row.body = status, text

    def release(self) -> None:
        """Let the next one try at once. While the database is away, the claim ends by itself."""
        with suppress(Error):
            self.claimed().delete()

    def claimed(self) -> KeyedRequestQuerySet:
        rows: KeyedRequestQuerySet = type(self.row)._default_manager.all()  # type: ignore[assignment]  # its manager's
        return rows.claimed(self.row)


def in_progress() -> APIError:
    return APIError(REQUEST_IN_PROGRESS, headers={"Retry-After": "1"})


def claim_key(keys: Any, asked: Keyed, now: datetime) -> Claim | HttpResponse:
    """Take a key for a request, or get the answer that it had.

    Args:
        keys: the manager of the person's rows.

    Raises:
        APIError: 422 if another request had the key; 409 while somebody does this one.
    """
    lease = timedelta(seconds=settings.IDEMPOTENCY_LEASE_SECONDS)
    fresh: KeyedRequest = keys.model(
        person=keys.instance,
        key=asked.key,
        digest=asked.digest,
        claimed_until=now + lease,
        expires_at=now + KEPT,
    )
    try:
        with transaction.atomic():
            insert([fresh])
    except IntegrityError:
        return known(keys, fresh, now)
    return Claim(fresh)


def known(keys: Any, fresh: KeyedRequest, now: datetime) -> Claim | HttpResponse:
    """What a key that was sent before leads to."""
    row: KeyedRequest | None = keys.filter(key=fresh.key).first()
    if row is None:  # just given up, or erased
        raise in_progress()
    if row.expires_at > now:
        if row.digest != fresh.digest:
            raise APIError(KEY_REUSED)
        if row.status is not None:
            return stored_response(row, again=True)
        if row.claimed_until > now:
            raise in_progress()
    if not keys.take(row, fresh):
        raise in_progress()
    fresh.pk = row.pk
    return Claim(fresh)


def do_once(mine: Claim, act: Callable[[], Response], *, in_steps: bool) -> HttpResponse:
    """Do a request whose key is claimed, and keep its answer.

    Args:
        act: answers the request, or raises.
        in_steps: whether it has several transactions, and keeps its answer in the last one.
    """
    try:
        with nullcontext() if in_steps else transaction.atomic():
            response = act()
            if mine.row.status is None:
                mine.keep(response.status_code, body_of(response))
    except Exception as failure:
        settle(mine, failure)
        raise
    return stored_response(mine.row)


def settle(mine: Claim, failure: Exception) -> None:
    """Keep a refusal, and give up the key after any other error."""
    # What the database raises is told once, by whoever answers it.
    error = None if isinstance(failure, Error) else translate(failure)
    if error is not None and error.status in REMEMBERED:
        mine.keep(error.status, envelope(error).content)
    else:
        mine.release()


def body_of(response: Response) -> bytes:
    return b"" if response.data is None else dumps(response.data)


def stored_response(row: KeyedRequest, *, again: bool = False) -> HttpResponse:
    """The answer that a row has.

    Args:
        again: whether the request was done before.
    """
    response = HttpResponse(row.body, status=row.status, content_type="application/json")
    if not row.body:
        del response["Content-Type"]
    if again:
        response["Idempotent-Replayed"] = "true"
    return response
