"""The base of every list's filters, and a filter that several lists have: nothing that was sent is
passed over (contract C7)."""

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

from core.compiled import Param

MAX_WORDS = 10
# As `str.split` has it: JavaScript's white space, and five control characters more.
SPACE, LETTER = r"[\s\x1c-\x1f\x85]", r"[^\s\x1c-\x1f\x85]"
SENT_TWICE = "Send this filter once."
# The column of a value in SQL, by its type.
COLUMNS: dict[type, Field[Any, Any]] = {
    str: TextField(),
    int: BigIntegerField(),
    datetime: DateTimeField(),
}


class StrictFilterSet(django_filters.FilterSet):
    """Refuses a filter that was sent twice, of which Django would look at the last."""

    def is_valid(self) -> bool:
        refuse_repeated(self.form, self.data)
        return bool(super().is_valid())

    @classmethod
    @cache
    def kept(cls) -> tuple[Self, dict[str, forms.Field]]:
        """One for all requests, and the fields of its form: to make those costs more than to use
        them."""
        filters = cls()
        return filters, {name: each.field for name, each in filters.filters.items()}

    @classmethod
    def parse(cls, query: QueryDict) -> FilterQuery:
        """The filters that a query asks for.

        Raises:
            ValidationError: 400, if one can't be read.
        """
        filters, fields = cls.kept()
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for name in [each for each in fields if each in query]:
            try:
                values[name] = read_filter(fields[name], query, name)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise InvalidInput(errors)
        return FilterQuery.of(filters, values)


def refuse_repeated(form: forms.Form, query: QueryDict) -> None:
    for name in form.fields:
        if is_repeated(query, name):
            form.add_error(name, SENT_TWICE)


def is_repeated(query: QueryDict, name: str) -> bool:
    return len(query.getlist(name)) > 1


def read_filter(field: forms.Field, query: QueryDict, name: str) -> Any:
    """The value that was sent.

    Raises:
        ValidationError: if it can't be read, or was sent twice.
    """
    if is_repeated(query, name):
        raise ValidationError(SENT_TWICE)
    return field.clean(field.widget.value_from_datadict(query, {}, name))


@dataclass(frozen=True, slots=True)
class FilterQuery:
    """The filters that a query asks for, to compile them once. Those that differ in what they look
    for only are equal, since they make the same SQL.

    Attributes:
        filters: those that there are.
        chosen: what was chosen of a few values, an order for example: it stands in the SQL.
        kinds: for each other one, the type of its value, and of a list also its length.
        values: what goes into the holes of those.
    """

    filters: StrictFilterSet
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
        return cls(filters, tuple(chosen), tuple(kinds), values)

    @property
    def ordering(self) -> tuple[str, ...]:
        """The order that is asked for, as `order_by` takes it."""
        asked: tuple[str, ...] = dict(self.chosen).get("ordering", ())
        return asked

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are asked for, with holes for the values."""
        for name, value in self.chosen:
            rows = self.filters.filters[name].filter(rows, value)
        for name, kind, length in self.kinds:
            rows = self.filters.filters[name].filter(rows, params_for(name, COLUMNS[kind], length))
        return rows


def params_for(name: str, column: Field[Any, Any], length: int | None) -> Param | list[Param]:
    """A hole, or a list of so many."""
    if length is None:
        return Param(name, column)
    return [Param(f"{name}{number}", column) for number in range(length)]


class WordsField(forms.CharField):
    """A few words to look for."""

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
