"""The base of every viewset: what its actions have in common, and the order of refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api import idempotency, throttling
from core.api.filters import FilterQuery
from core.api.listings import PagedList
from core.api.operations import NO_OPERATION, Operation
from core.errors import BAD_REQUEST, APIError, invalid
from core.lifecycle import Action, Table, authorize, raise_if_missing


class ActionViewSet(GenericViewSet[Any]):
    """A viewset whose actions are declared by `core.api.operations.operation`.

    Attributes:
        table: the table of actions, which decides who may do what, and when.
        reads_bodies: whether bodies are read; if not, any body is accepted.
    """

    table: Table = {}
    reads_bodies = True
    tag = ""
    throttle_scope = ""
    lookup_value_converter = "id"
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    post: Callable[..., Any]

    @property
    def operation(self) -> Operation:
        """What the current action declares.

        Raises:
            TypeError: it declares nothing.
        """
        method = getattr(self, self.action or "", None)
        if method is None:
            return NO_OPERATION
        if not hasattr(method, "operation"):
            raise TypeError(f"{type(self).__name__}.{self.action} declares no operation.")
        declared: Operation = method.operation
        return declared

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
        return bool(self.operation.takes_key and self.get_authenticators())

    def count_attempt(self) -> None:
        """Count this attempt, if the action has a limit of its own.

        Raises:
            Throttled: the limit is exceeded.
        """
        if self.operation.limit:
            throttling.count(self.operation.limit, str(self.person.pk))

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

    def fetch(self) -> Any:
        """Return the row that the address names, once it is certain that the user may perform this
        action on it, and that the body can be read.

        Raises:
            APIError: 404, then 403 (contract C10), then the errors of the body.
        """
        row = self.find()
        self.authorize(row)
        self.check_body()
        return row

    def find(self) -> Any:
        """Return the row that the address names.

        Raises:
            Http404: there is none that the user may see.
        """
        return get_object_or_404(self.get_queryset(), pk=self.kwargs[self.lookup_url_kwarg or "pk"])

    def authorize(self, row: Any) -> None:
        """Check that the user may perform this action on the row.

        Raises:
            APIError: 403, or 404 if the table says so.
        """
        action = self.table_action()
        if action is not None:
            viewer = self.viewer(row)
            authorize(action, viewer)
            raise_if_missing(action, row, viewer)

    def table_action(self) -> Action | None:
        """Return the row of the table for the current action; None if it has none."""
        name = self.operation.action
        return self.table[name] if name else self.table.get(self.action)

    def viewer(self, row: Any) -> Any:
        """Return the viewer for the table's checks; viewsets with a table override this."""
        raise TypeError(f"{type(self).__name__} has a table of actions, but no viewer().")

    def read(self, row: Any = None, **context: Any) -> dict[str, Any]:
        """Return the validated body.

        Args:
            row: the row that it changes, if any.
            context: what the serializer of this action takes from its context.

        Raises:
            ValidationError: 400, with a sentence for each field.
        """
        serializer = self.operation.input(
            row, data=self.request.data, context={"request": self.request, **context}
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def read_filters(self) -> FilterQuery:
        """Return the filters in the query string.

        Raises:
            ValidationError: 400, if one is invalid.
        """
        return self.operation.filters.parse(self.request.query_params)

    def answer(self, body: Any = None) -> Response:
        """Return a response with this body and the status that the operation declares."""
        return Response(body, status=self.operation.answer.status)
