"""The base of every viewset: what an action takes, what it answers, and the order of refusals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import idempotency, throttling
from core.errors import BAD_REQUEST, NOT_FOUND, APIError, ErrorCode, invalid
from core.fields import Input
from core.lifecycle import Action, Table, authorize, find_missing
from core.listings import PagedList


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action answers when it goes well.

    Attributes:
        shape: a TypedDict, None for an empty body, or `bytes` for a file.
        status: the status code.
        listed: "page" or "array", the two shapes of a list (contract C6).
        newest_first: how an array is ordered, and so whether `before` or `after` continues it.
        also: keys beside those of a page, with their shapes.
        media_type: of the body.
    """

    shape: Any
    status: int = 200
    listed: str = ""
    newest_first: bool = False
    also: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = "application/json"


class ActionViewSet(GenericViewSet[Any]):
    """A viewset whose table of `inputs` and `answers` serves the requests and their description.

    Attributes:
        inputs: for each action that reads a body, the serializer of that body.
        answers: for each action, what it answers.
        errors: for each action, the errors it can give beyond those of `table`.
        table: the table of actions that decides who may do what, and when.
        limits: for actions that other people or services feel, the limit by person on each,
            a name of `settings.THROTTLE_RATES`. Every try counts, before it is looked at, but not
            one that gets the answer of another with its `Idempotency-Key`, or waits for it.
        keyless: the actions that take no `Idempotency-Key`, since their answer is a secret that
            is kept nowhere.
        in_steps: the actions of several transactions; they `remember` their answer in the last.
        reads_bodies: whether bodies are looked at; where not, any will do.
    """

    inputs: Mapping[str, type[Input]] = {}
    answers: Mapping[str, Answer] = {}
    errors: Mapping[str, list[ErrorCode]] = {}
    table: Table = {}
    limits: Mapping[str, str] = {}
    keyless: Collection[str] = ()
    in_steps: Collection[str] = ()
    reads_bodies = True
    tag = ""
    throttle_scope = ""
    lookup_value_converter = "id"
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    # DRF's names of the methods, where the table of actions has the contract's.
    names = {"partial_update": "update", "destroy": "delete"}
    post: Callable[..., Any]
    claim: idempotency.Claim | None = None

    @property
    def person(self) -> Any:
        """Who is signed in."""
        return self.request.user

    def paginate(self, rows: QuerySet[Any] | PagedList) -> list[Any]:
        """The rows of the page that is asked for."""
        return list(self.paginate_queryset(rows) or [])  # type: ignore[arg-type]  # see PagedList

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After who asks, and before what for: can the request be read?"""
        try:
            super().initial(request, *args, **kwargs)
        except (NotAuthenticated, AuthenticationFailed, APIError):
            # DRF throttles only those it knows; whoever it doesn't is counted by address.
            throttling.count_stranger(request)
            raise
        try:
            unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
        except UnicodeDecodeError:
            raise APIError(BAD_REQUEST) from None
        if not self.handle_key(request):
            self.count_attempt()
        # Where the address names a row, that is looked for first: `fetch` reads the body.
        if self.reads_bodies and not self.kwargs:
            self.check_body()

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """No browser and no proxy keeps an answer, unless it says so: it was for one person."""
        response = super().finalize_response(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def takes_keys(self) -> bool:
        """Is what is posted here done once for each `Idempotency-Key`?"""
        return bool(self.action and self.get_authenticators()) and self.action not in self.keyless

    def count_attempt(self) -> None:
        """Count what is tried, if it has a limit of its own.

        Raises:
            Throttled: if it is one too many.
        """
        limit = self.limits.get(self.action or "")
        if limit:
            throttling.count(limit, str(self.person.pk))

    def handle_key(self, request: Request) -> bool:
        """Do what is posted with a key once. Nothing of the body may have been read before.

        Returns:
            Whether there is a key to mind.

        Raises:
            APIError: 400 for a key that can't be one; also what keeps a body from being read.
        """
        has_key = request.method == "POST" and "HTTP_IDEMPOTENCY_KEY" in request.META
        keyed = idempotency.keyed(request) if has_key and self.takes_keys() else None
        if keyed is not None:
            # Where DRF, too, has put the method that it calls next.
            self.post = partial(self.do_once, keyed, self.post)
        return keyed is not None

    def do_once(
        self, keyed: idempotency.Keyed, act: Callable[..., Response], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The answer that this request had, or that it gets by being done.

        Raises:
            APIError: 422 if another request had the key; 409 while this one is being done.
        """

        def counted() -> Response:
            self.count_attempt()
            return act(*args, **kwargs)

        claim = idempotency.claim_key(self.person.idempotency_keys, keyed, timezone.now())
        if isinstance(claim, HttpResponse):
            return claim
        self.claim = claim
        return idempotency.do_once(claim, counted, in_steps=self.action in self.in_steps)

    def remember(self, build: Callable[[], Response]) -> None:
        """In the last transaction of an action of several: keep its answer, if there is a key.

        Args:
            build: makes the answer.
        """
        if self.claim is not None:
            response = build()
            self.claim.keep(response.status_code, idempotency.body_of(response))

    def check_body(self) -> None:
        """Read the body also where nobody looks at it: what isn't a JSON object is a mistake of
        the caller's.

        Raises:
            APIError: 400 for a body that isn't one; also the parser's 400, 413 and 415.
        """
        if self.request.method != "GET" and not isinstance(self.request.data, dict):
            raise invalid("non_field_errors", "The body must be a JSON object.")

    def table_action(self) -> Action | None:
        """The table's row for the action being done, if it has one."""
        return self.table.get(self.names.get(self.action, self.action))

    def fetch(self) -> Any:
        """The row that the address names, once it is clear that this person may do this to it.

        Raises:
            APIError: 404, then 403 (contract C10); a malformed body comes after both.
        """
        row = self.find_named(self.kwargs[self.lookup_url_kwarg or "pk"])
        self.admit(row)
        return row

    def find_named(self, pk: int) -> Any:
        """The row with this id, of those that this person may see.

        Raises:
            APIError: 404 if there is none.
        """
        return self.find(self.get_queryset(), pk)

    def admit(self, row: Any) -> None:
        """Let nobody pass but those who may do this to the row, with a body that can be read.

        Raises:
            APIError: 403, or 404 if that is what the table says; then what is wrong with the body.
        """
        action = self.table_action()
        if action is not None:
            viewer = self.viewer(row)
            authorize(action, viewer)
            find_missing(action, row, viewer)
        self.check_body()

    def find(self, rows: QuerySet[Any], pk: int) -> Any:
        """The row with this id.

        Raises:
            APIError: 404 if it isn't among them.
        """
        row = rows.filter(pk=pk).first()
        if row is None:
            raise APIError(NOT_FOUND)
        return row

    def viewer(self, row: Any) -> Any:
        """What the table asks about the one who is asking; set by viewsets that have a table."""
        raise TypeError(f"{type(self).__name__} has a table of actions, but no viewer().")

    def read(self, row: Any = None, **context: Any) -> dict[str, Any]:
        """The validated body.

        Raises:
            ValidationError: 400, with a sentence for each field.
        """
        serializer = self.inputs[self.action](
            row, data=self.request.data, context={"request": self.request, **context}
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def answer(self, body: Any = None) -> Response:
        """The body with the status that `answers` declares."""
        return Response(body, status=self.answers[self.action].status)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.inputs.get(self.action, Input)
