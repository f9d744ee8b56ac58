"""The base of all filter sets, and a search filter that several lists share. Invalid filters are
refused, never ignored (contract C7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Self

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, DateTimeField, Field, QuerySet, TextField
from django.http import QueryDict
from django_filters.constants import EMPTY_VALUES
from rest_framework.exceptions import ValidationError as InvalidInput

from core.db.compiled import Param

MAX_WORDS = 10
# The white space of `str.split`: JavaScript's, and five control characters.
SPACE, LETTER = r"[\s\x1c-\x1f\x85]", r"[^\s\x1c-\x1f\x85]"
SENT_TWICE = "Send this filter once."
# The column of a value in SQL, by its type.
COLUMNS: dict[type, Field[Any, Any]] = {
    str: TextField(),
    int: BigIntegerField(),
    datetime: DateTimeField(),
}


class StrictFilterSet(django_filters.FilterSet):
    """A filter set that refuses what is invalid, and a filter sent twice."""

    @classmethod
    @cache
    def kept(cls) -> tuple[Self, dict[str, forms.Field]]:
        """Return one filter set for all requests, and its form fields: creating them is slow."""
        filters = cls()
        return filters, {name: each.field for name, each in filters.filters.items()}

    @classmethod
    def parse(cls, query: QueryDict) -> FilterQuery:
        """Return the filters in a query string.

        Raises:
            ValidationError: 400, if one is invalid.
        """
        filters, fields = cls.kept()
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for name in [name for name, each in fields.items() if name in query or each.required]:
            try:
                values[name] = read_filter(fields[name], query, name)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise InvalidInput(errors)
        return FilterQuery.of(filters, values)


def is_repeated(query: QueryDict, name: str) -> bool:
    return len(query.getlist(name)) > 1


def read_filter(field: forms.Field, query: QueryDict, name: str) -> Any:
    """Return the value of a filter.

    Raises:
        ValidationError: it is invalid, or was sent twice.
    """
    if is_repeated(query, name):
        raise ValidationError(SENT_TWICE)
    return field.clean(field.widget.value_from_datadict(query, {}, name))


@dataclass(frozen=True, slots=True)
class FilterQuery:
    """The filters of one request, as a key for compiled queries: two of them are equal if they
    make the same SQL, even with different values.

    Attributes:
        filters: the filter set.
        cleaned: the value of each filter.
        chosen: filters with a choice of values, such as an order: the value is part of the SQL.
        kinds: each other filter with the type of its value and, for a list, its length.
        values: the values for the parameters of those.
    """

    filters: StrictFilterSet
    cleaned: Mapping[str, Any] = field(compare=False)
    chosen: tuple[tuple[str, Any], ...] = ()
    kinds: tuple[tuple[str, type, int | None], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, filters: StrictFilterSet, cleaned: Mapping[str, Any]) -> Self:
        chosen: list[tuple[str, Any]] = []
        kinds: list[tuple[str, type, int | None]] = []
        values: dict[str, Any] = {}
        for name, value in cleaned.items():
            if isinstance(value, list):
                # Each once: a list of thousands would make SQL of thousands of terms.
                value = [*dict.fromkeys(each for each in value if each not in EMPTY_VALUES)]
            if value in EMPTY_VALUES:
                continue
            if isinstance(filters.filters[name], django_filters.ChoiceFilter):
                chosen.append((name, tuple(value) if isinstance(value, list) else value))
            elif isinstance(value, list):
                kinds.append((name, type(value[0]), len(value)))
                values |= {f"{name}{number}": each for number, each in enumerate(value)}
            else:
                kinds.append((name, type(value), None))
                values[name] = value
        return cls(filters, cleaned, tuple(chosen), tuple(kinds), values)

    @property
    def ordering(self) -> tuple[str, ...]:
        """The requested order, as `order_by` takes it."""
        asked: tuple[str, ...] = dict(self.chosen).get("ordering", ())
        return asked

    def filter(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the filtered rows of a list that isn't compiled."""
        for name, value in self.cleaned.items():
            rows = self.filters.filters[name].filter(rows, value)
        return rows

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the filtered rows, with parameters in place of the values."""
        for name, value in self.chosen:
            rows = self.filters.filters[name].filter(rows, value)
        for name, kind, length in self.kinds:
            rows = self.filters.filters[name].filter(rows, params_for(name, COLUMNS[kind], length))
        return rows


def params_for(name: str, column: Field[Any, Any], length: int | None) -> Param | list[Param]:
    """Return a parameter, or a list of `length` parameters."""
    if length is None:
        return Param(name, column)
    return [Param(f"{name}{number}", column) for number in range(length)]


class WordsField(forms.CharField):
    """A few search words."""

    def clean(self, value: Any) -> list[str]:
        words = str(super().clean(value)).split()
        if len(words) > MAX_WORDS:
            raise ValidationError(f"Search for {MAX_WORDS} words at most.")
        return words


class WordsFilter(django_filters.Filter):
    field_class = WordsField
    shape: dict[str, Any] = {
        "type": "string",
        "pattern": f"^{SPACE}*({LETTER}+({SPACE}+{LETTER}+){{0,{MAX_WORDS - 1}}})?{SPACE}*$",
    }
