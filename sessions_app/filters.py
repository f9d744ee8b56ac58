"""The filters of a list of sessions (contract S13). An invalid value is a 400 (C7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.fields import BaseCSVField

from core import dates
from core.api.fields import MAX_ID
from core.api.filters import StrictFilterSet, WordsFilter
from core.db.search import has_words
from sessions_app import limits
from sessions_app.models import Session
from sessions_app.states import Level, Mode, Status


class BoundField(forms.CharField):
    """A date or a date-time."""

    end_of_day = False

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return dates.read_bound(text, end_of_day=self.end_of_day)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class UpperBoundField(BoundField):
    end_of_day = True


class BoundFilter(django_filters.Filter):
    field_class = BoundField
    shape = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}


class UpperBoundFilter(BoundFilter):
    field_class = UpperBoundField


class IdField(forms.CharField):
    """The id of a row."""

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value))
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= MAX_ID):
            raise ValidationError("An id is a whole number of 1 or more.")
        return int(text)


class IdFilter(django_filters.Filter):
    field_class = IdField
    shape = {"type": "integer", "minimum": 1, "maximum": MAX_ID}


class StatusesField(forms.CharField):
    """One or more statuses, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        texts = str(super().clean(value)).split(",")
        names = list(dict.fromkeys(name for text in texts if (name := text.strip())))
        for name in names:
            if name not in Status.values:
                raise ValidationError(f"A status is one of: {', '.join(Status.values)}.")
        return names


class StatusesFilter(django_filters.Filter):
    field_class = StatusesField
    shape = {"type": "array", "items": {"type": "string", "enum": Status.values}}


class OrderField(BaseCSVField):
    """Columns to order by, separated by commas; a column named again is ignored."""

    def clean(self, value: Any) -> list[str]:
        first: dict[str, str] = {}
        for name in super().clean(value and list(dict.fromkeys(value))) or []:
            first.setdefault(name.removeprefix("-"), name)
        return list(first.values())


class OrderFilter(django_filters.OrderingFilter):
    base_field_class = OrderField


class SessionFilter(StrictFilterSet):
    status = StatusesFilter(lookup_expr="in", label="One or more statuses, separated by commas.")
    subject = django_filters.CharFilter(
        lookup_expr="icontains", max_length=limits.SUBJECT, label="Part of the subject."
    )
    level = django_filters.ChoiceFilter(choices=Level.choices, label="The level.")
    booking_mode = django_filters.ChoiceFilter(choices=Mode.choices, label="The booking mode.")
    creator = IdFilter(field_name="creator_id", label="The id of the creator.")
    date_from = BoundFilter(field_name="date", lookup_expr="gte", label="At this time or later.")
    date_to = UpperBoundFilter(
        field_name="date",
        lookup_expr="lte",
        label="At this time or earlier; a date includes the whole day.",
    )
    search = WordsFilter(
        method="find",
        max_length=200,
        label="At most ten words, each of which occurs in the title, description or subject.",
    )
    ordering = OrderFilter(
        fields=("date", "created_at", "title"),
        label="By default latest date first; soonest first with `date_from`, or if every "
        "requested `status` is open for joining.",
    )

    class Meta:
        model = Session
        fields: list[str] = []

    def find(self, rows: QuerySet[Session], name: str, words: list[str]) -> QuerySet[Session]:
        return rows.filter(has_words(words, "title", "description", "subject"))
