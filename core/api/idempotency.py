"""`Idempotency-Key`: a POST with a key is carried out once, however often it is sent.

A client that got no answer sends its request again with the same key. The first request claims the
key with a unique row, committed at once. The rest of the request is one transaction, which ends by
writing the answer into that row, so it is stored if and only if the action has happened. Claims
expire, so that a repeat can carry out the request soon after a process has died.

The rows belong to a model of a higher app, reached as `person.idempotency_keys`.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import Error, IntegrityError, models, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.error_handling import envelope, translate
from core.api.renderers import dumps
from core.db.compiled_writes import insert
from core.errors import APIError, declare

KEY_INVALID = declare(
    "idempotency_key_invalid",
    400,
    "An Idempotency-Key has 1 to 255 printable ASCII characters; use a new UUID, for example.",
)
KEY_REUSED = declare(
    "idempotency_key_reused",
    422,
    "This Idempotency-Key was used for a different request: use a new key for each action.",
)
REQUEST_IN_PROGRESS = declare(
    "request_in_progress",
    409,
    "The request with this Idempotency-Key is still running: send it again in a moment.",
)
ANSWER_ERASED = declare(
    "answer_erased",
    410,
    "This request was carried out, but its answer named a person whose data has been erased: "
    "fetch the current state instead.",
)
KEY_ERRORS = [KEY_INVALID, KEY_REUSED, REQUEST_IN_PROGRESS, ANSWER_ERASED]

KEPT = timedelta(hours=24)
KEY = re.compile("[ -~]{1,255}")
# Refusals that are stored as answers. After any other error the same request may be tried again.
REMEMBERED = {400, 403, 404}


class KeyedRequestQuerySet(models.QuerySet[Any]):
    def claimed(self, row: KeyedRequest) -> Self:
        """Return a queryset of the row, which is empty if its claim is lost or it has an answer."""
        return self.filter(pk=row.pk, claim=row.claim, status=None)

    def take(self, row: KeyedRequest, fresh: KeyedRequest) -> bool:
        """Take over an expired claim: True for only one of several callers at the same time."""
        columns = ("digest", "claim", "claimed_until", "status", "body", "expires_at")
        unchanged = self.filter(pk=row.pk, claim=row.claim, status=row.status)
        return bool(unchanged.update(**{name: getattr(fresh, name) for name in columns}))

    def answered_with(self, words: Iterable[str]) -> Self:
        """Return the rows whose stored answer contains one of the words."""
        found = (models.Q(body__icontains=dumps(word)[1:-1].decode()) for word in words)
        return self.filter(models.Q(*found, _connector=models.Q.OR))

    def erase_answers(self) -> int:
        """Replace stored answers by a 410, so that repeats still do nothing. Return their
        number."""
        erased = envelope(APIError(ANSWER_ERASED))
        return self.update(status=erased.status_code, body=erased.content.decode())

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)


class KeyedRequest(models.Model):
    """A request with a key, and its answer.

    Subclasses add `person`, the owner, and make keys unique for each person.
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
    """A request's key, and a digest of its content."""

    key: str
    digest: str


def keyed(request: Request) -> Keyed | None:
    """Return the key and digest of a request with a key.

    Returns None for a multipart form, whose files would have to be read completely.

    Raises:
        APIError: 400 for an invalid key.
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
    """The right to carry out a request. Nobody else can do so until the claim expires."""

    def __init__(self, row: KeyedRequest) -> None:
        self.row = row

    def keep(self, status: int, body: bytes) -> None:
        """Store the answer, in the transaction of the action.

        Raises:
            APIError: 409 if the claim has expired and another process carries out the request: then
                this transaction must be rolled back.
        """
        text = body.decode()
        if not self.claimed().update(status=status, body=text):
            raise in_progress()
        self.row.status, self.row.body = status, text

    def release(self) -> None:
        """Let the next request try at once. If the database is down, the claim expires instead."""
        with suppress(Error):
            self.claimed().delete()

    def claimed(self) -> KeyedRequestQuerySet:
        rows: KeyedRequestQuerySet = type(self.row)._default_manager.all()  # type: ignore[assignment]  # its manager's
        return rows.claimed(self.row)


def in_progress() -> APIError:
    return APIError(REQUEST_IN_PROGRESS, headers={"Retry-After": "1"})


def claim_key(keys: Any, asked: Keyed, now: datetime) -> Claim | HttpResponse:
    """Claim a key for a request, or return the answer that is stored under it.

    Args:
        keys: the manager of the person's rows.

    Raises:
        APIError: 422 if another request used the key; 409 while this one is still running.
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
    """Return what `claim_key` returns for a key that was sent before."""
    row: KeyedRequest | None = keys.filter(key=fresh.key).first()
    if row is None:  # just released, or erased
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


def do_once(mine: Claim, act: Callable[[], Response]) -> HttpResponse:
    """Carry out a request whose key is claimed, and store its answer in the same transaction.

    Args:
        act: answers the request, or raises.
    """
    try:
        with transaction.atomic():
            response = act()
            body = b"" if response.data is None else dumps(response.data)
            mine.keep(response.status_code, body)
    except Exception as failure:
        settle(mine, failure)
        raise
    return stored_response(mine.row)


def settle(mine: Claim, failure: Exception) -> None:
    """Store a refusal; release the key after any other error."""
    # Errors of the database are logged once, where they are answered.
    error = None if isinstance(failure, Error) else translate(failure)
    if error is not None and error.status in REMEMBERED:
        mine.keep(error.status, envelope(error).content)
    else:
        mine.release()


def stored_response(row: KeyedRequest, *, again: bool = False) -> HttpResponse:
    """Return the answer that is stored in a row.

    Args:
        again: whether the request was carried out before.
    """
    response = HttpResponse(row.body, status=row.status, content_type="application/json")
    if not row.body:
        del response["Content-Type"]
    if again:
        response["Idempotent-Replayed"] = "true"
    return response
