"""The base of every viewset: the input and answer of each action, and the order of refusals."""

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

from core.api import idempotency, throttling
from core.api.fields import Input
from core.api.listings import PagedList
from core.errors import BAD_REQUEST, NOT_FOUND, APIError, ErrorCode, invalid
from core.lifecycle import Action, Table, authorize, find_missing


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a successful action.

    Attributes:
        shape: a TypedDict, None for an empty body, or `bytes` for a file.
        status: the status code.
        listed: "page" or "array", the two shapes of a list (contract C6); "" if it is no list.
        newest_first: the order of an array, which also decides between `before` and `after`.
        also: additional keys of a page, with their shapes.
        media_type: the media type of the body.
    """

    shape: Any
    status: int = 200
    listed: str = ""
    newest_first: bool = False
    also: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = "application/json"


class ActionViewSet(GenericViewSet[Any]):
    """A viewset whose `inputs` and `answers` both serve the requests and describe them.

    Attributes:
        inputs: for each action that reads a body, the serializer of that body.
        answers: for each action, its answer.
        errors: for each action, the errors it can give in addition to those of `table`.
        table: the table of actions, which decides who may do what, and when.
        limits: for each action that affects other people or services, its limit per person: a
            name in `settings.THROTTLE_RATES`. Every attempt counts, even a refused one, except
            repeats with an `Idempotency-Key` that get a stored answer or a 409.
        keyless: the actions that take no `Idempotency-Key`: the answer is a secret that must not be
            stored, or the action has several transactions and refuses repeats by itself.
        reads_bodies: whether bodies are read; if not, any body is accepted.
    """

    inputs: Mapping[str, type[Input]] = {}
    answers: Mapping[str, Answer] = {}
    errors: Mapping[str, list[ErrorCode]] = {}
    table: Table = {}
    limits: Mapping[str, str] = {}
    keyless: Collection[str] = ()
    reads_bodies = True
    tag = ""
    throttle_scope = ""
    lookup_value_converter = "id"
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    # DRF's names of actions, and the contract's names for them in the table of actions.
    names = {"partial_update": "update", "destroy": "delete"}
    post: Callable[..., Any]

    @property
    def person(self) -> Any:
        """The user who is signed in."""
        return self.request.user

    def paginate(self, rows: QuerySet[Any] | PagedList) -> list[Any]:
        """Return the rows of the requested page."""
        return list(self.paginate_queryset(rows) or [])  # type: ignore[arg-type]  # see PagedList

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate and throttle, then check the query string, the key and the body."""
        try:
            super().initial(request, *args, **kwargs)
        except (NotAuthenticated, AuthenticationFailed, APIError):
            # DRF throttles only after authentication; requests that fail it are counted by address.
            throttling.count_stranger(request)
            raise
        try:
            unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
        except UnicodeDecodeError:
            raise APIError(BAD_REQUEST) from None
        if not self.handle_key(request):
            self.count_attempt()
        # If the address names a row, `fetch` first looks for it and then reads the body.
        if self.reads_bodies and not self.kwargs:
            self.check_body()

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """Forbid browsers and proxies to cache answers, which are for one person, by default."""
        response = super().finalize_response(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def takes_keys(self) -> bool:
        """Whether this action takes an `Idempotency-Key`."""
        return bool(self.action and self.get_authenticators()) and self.action not in self.keyless

    def count_attempt(self) -> None:
        """Count this attempt, if the action has a limit of its own.

        Raises:
            Throttled: the limit is exceeded.
        """
        limit = self.limits.get(self.action or "")
        if limit:
            throttling.count(limit, str(self.person.pk))

    def handle_key(self, request: Request) -> bool:
        """Prepare a POST with a key to be carried out once. Call it before the body is read.

        Returns:
            Whether the request has a key that counts.

        Raises:
            APIError: 400 for an invalid key, or the error of a body that can't be read.
        """
        has_key = request.method == "POST" and "HTTP_IDEMPOTENCY_KEY" in request.META
        keyed = idempotency.keyed(request) if has_key and self.takes_keys() else None
        if keyed is not None:
            # DRF has stored the method that it calls next in the same attribute.
            self.post = partial(self.do_once, keyed, self.post)
        return keyed is not None

    def do_once(
        self, keyed: idempotency.Keyed, act: Callable[..., Response], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Return the stored answer of this request, or carry it out.

        Raises:
            APIError: 422 if another request used the key; 409 while this one is still running.
        """

        def counted() -> Response:
            self.count_attempt()
            return act(*args, **kwargs)

        claim = idempotency.claim_key(self.person.idempotency_keys, keyed, timezone.now())
        if isinstance(claim, HttpResponse):
            return claim
        return idempotency.do_once(claim, counted)

    def check_body(self) -> None:
        """Read the body, even if the action doesn't use it, to refuse what isn't a JSON object.

        Raises:
            APIError: 400 if it isn't an object; also the parser's 400, 413 and 415.
        """
        if self.request.method != "GET" and not isinstance(self.request.data, dict):
            raise invalid("non_field_errors", "The body must be a JSON object.")

    def table_action(self) -> Action | None:
        """Return the row of the table for the current action; None if it has none."""
        return self.table.get(self.names.get(self.action, self.action))

    def fetch(self) -> Any:
        """Return the row that the address names, if the user may perform this action on it.

        Raises:
            APIError: 404, then 403 (contract C10), then the errors of the body.
        """
        row = self.find_named(self.kwargs[self.lookup_url_kwarg or "pk"])
        self.admit(row)
        return row

    def find_named(self, pk: int) -> Any:
        """Return the row with this id from those that the user may see.

        Raises:
            APIError: 404 if there is none.
        """
        return self.find(self.get_queryset(), pk)

    def admit(self, row: Any) -> None:
        """Check that the user may perform this action on the row, then that the body is valid.

        Raises:
            APIError: 403, or 404 if the table says so; then the errors of the body.
        """
        action = self.table_action()
        if action is not None:
            viewer = self.viewer(row)
            authorize(action, viewer)
            find_missing(action, row, viewer)
        self.check_body()

    def find(self, rows: QuerySet[Any], pk: int) -> Any:
        """Return the row with this id.

        Raises:
            APIError: 404 if it isn't among them.
        """
        row = rows.filter(pk=pk).first()
        if row is None:
            raise APIError(NOT_FOUND)
        return row

    def viewer(self, row: Any) -> Any:
        """Return the viewer for the table's checks; viewsets with a table override this."""
        raise TypeError(f"{type(self).__name__} has a table of actions, but no viewer().")

    def read(self, row: Any = None, **context: Any) -> dict[str, Any]:
        """Return the validated body.

        Raises:
            ValidationError: 400, with a sentence for each field.
        """
        serializer = self.inputs[self.action](
            row, data=self.request.data, context={"request": self.request, **context}
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def answer(self, body: Any = None) -> Response:
        """Return a response with this body and the status that `answers` declares."""
        return Response(body, status=self.answers[self.action].status)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.inputs.get(self.action, Input)
