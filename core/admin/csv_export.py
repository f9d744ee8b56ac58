"""Export of lists as CSV, streamed: a million rows take no more memory than a thousand."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from core.admin.unfold_classes import ModelAdmin
from core.observability.staff_log import log_staff_look

BATCH = 1_000
# Spreadsheets treat a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Without it Excel assumes the machine's local encoding.
BYTE_ORDER_MARK = "\ufeff"


class StreamedText(StreamingHttpResponse):
    """Streams also under ASGI, where Django would first build the whole text."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: Any = iter(self)
        while piece := await sync_to_async(lambda: next(pieces, None))():
            yield piece


class ExportingAdmin(ModelAdmin):
    """A list that can be exported.

    Attributes:
        export_fields: the field of each column, by the column's heading.
        export_emails: the same for e-mail addresses, for staff who may view people.
    """

    export_fields: dict[str, str] = {}
    export_emails: dict[str, str] = {}

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the list can be exported: only with named columns, since rows may contain
        secrets."""
        return bool(self.export_fields) and self.has_view_permission(request)

    @admin.action(description="Export as CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamedText:
        columns = self.export_columns(request)
        rows = queryset.order_by("pk").values_list(*columns.values())
        now, what = timezone.now(), f"Exported as CSV: {choice_of(request)}"
        log_staff_look(self.model, by=request.user, now=now, what=what)
        name = f"{self.opts.model_name}-{now:%Y-%m-%d}.csv"
        return StreamedText(
            write_csv(columns, rows.iterator(chunk_size=BATCH)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )

    def export_columns(self, request: HttpRequest) -> dict[str, str]:
        people = get_user_model()._meta
        permission = f"{people.app_label}.{get_permission_codename('view', people)}"
        may_see_people = request.user.has_perm(permission)  # type: ignore[union-attr]  # signed in
        return self.export_fields | (self.export_emails if may_see_people else {})


def choice_of(request: HttpRequest) -> str:
    """Return a description of the selected rows, for the log."""
    if request.POST.get("select_across") == "1":
        return unquote_plus(request.GET.urlencode()) or "all"
    return f"{len(request.POST.getlist(ACTION_CHECKBOX_NAME))} chosen"


def write_csv(headings: Iterable[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    """Yield the file in pieces. All cells are quoted, as programs use different separators."""
    yield BYTE_ORDER_MARK + write_lines([tuple(headings)])
    while batch := list(islice(rows, BATCH)):
        yield write_lines(batch)


def write_lines(rows: list[tuple[Any, ...]]) -> str:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([map(to_cell, row) for row in rows])
    return text.getvalue()


def to_cell(value: Any) -> str:
    """Return a value as the text of a cell that no spreadsheet treats as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
