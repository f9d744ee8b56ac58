"""The two shapes of lists (contract C6): a page, and a bare array with a `Link` header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.fields import MAX_ID
from core.api.listings import CursorList
from core.errors import PAGE_NOT_FOUND, APIError, invalid

MAX_ITEMS = 100


def read_text(request: Request, name: str) -> str:
    """Return a query parameter; "" if it is absent.

    Raises:
        APIError: 400 if it was sent twice.
    """
    texts = request.query_params.getlist(name)
    if len(texts) > 1:
        raise invalid(name, f"Send {name} once.")
    return texts[0] if texts else ""


def read_number(request: Request, name: str) -> int | None:
    """Return a query parameter as a number of 1 or more; None if it is absent or empty.

    Larger numbers than a database integer become `MAX_ID + 1`.

    Raises:
        APIError: 400 if it is no such number.
    """
    text = read_text(request, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise invalid(name, f"{label(name)} must be a whole number of 1 or more.")
    # The length is compared first: Python refuses to parse thousands of digits.
    digits = text.lstrip("0")
    return min(int(digits), MAX_ID + 1) if len(digits) <= len(str(MAX_ID)) else MAX_ID + 1


def read_size(request: Request, name: str, default: int) -> int:
    """Return the requested number of items, at most `MAX_ITEMS`."""
    return min(read_number(request, name) or default, MAX_ITEMS)


def read_id(request: Request, name: str) -> int | None:
    """Return an id in the query; None if it is absent. The row need not exist.

    Raises:
        APIError: 400 if no row can have this id.
    """
    number = read_number(request, name)
    if number is not None and number > MAX_ID:
        raise invalid(name, f"{label(name)} is too large for an id.")
    return number


def label(name: str) -> str:
    return name.replace("_", " ").capitalize()


class Page(PageNumberPagination):
    """A page `{count, next, previous, results}`, selected by `page` and `page_size`."""

    page_size = 20
    max_page_size = MAX_ITEMS
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        return read_size(request, "page_size", self.page_size)

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        """Return the requested page number; for anything else 0, a page that doesn't exist."""
        text = read_text(request, "page") or "1"
        return text if text.isascii() and text.isdigit() else 0

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            raise APIError(PAGE_NOT_FOUND) from None


class HundredPage(Page):
    """A page of 100 items by default (contract S12)."""

    page_size = MAX_ITEMS


def answer_array(
    request: Request,
    rows: QuerySet[Any] | CursorList,
    build: Callable[[Any], Any],
    *,
    newest_first: bool = False,
) -> Response:
    """Return a bare array of at most `limit` items in the order of their ids.

    `before=<id>` (newest first) or `after=<id>` continues from an item. If there are more, the
    `Link` header with `rel="next"` has the address.
    """
    limit = read_size(request, "limit", MAX_ITEMS)
    name = "before" if newest_first else "after"
    start = read_id(request, name)
    items = (
        rows.fetch_page(start, limit + 1)
        if isinstance(rows, CursorList)
        else slice_rows(rows, start, limit + 1, newest_first=newest_first)
    )
    shown = items[:limit]
    response = Response([build(item) for item in shown])
    if len(items) > limit:
        url = replace_query_param(request.build_absolute_uri(), name, shown[-1].pk)
        response["Link"] = f'<{url}>; rel="next"'
    return response


def slice_rows(
    rows: QuerySet[Any], start: int | None, limit: int, *, newest_first: bool
) -> list[Any]:
    """Return at most `limit` rows after the id `start`; from the beginning if it is None."""
    lookup, order = ("pk__lt", "-pk") if newest_first else ("pk__gt", "pk")
    if start is not None:
        rows = rows.filter(**{lookup: start})
    return list(rows.order_by(order)[:limit])
