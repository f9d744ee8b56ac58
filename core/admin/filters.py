"""Filters that several lists of the admin share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core import dates
from core.admin.acts import is_id
from core.admin.unfold_classes import AutocompleteSelectFilter, DropdownFilter, RangeDateFilter


class PersonFilter(AutocompleteSelectFilter):
    """A filter by person, with autocompletion: a select box would list a million people."""

    lookup_val: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Refuse ids that no column can hold, at which unfold fails when it renders its form."""
        super().__init__(*args, **kwargs)
        if not all(is_id(each) for each in self.lookup_val or () if each):
            raise IncorrectLookupParameters


def parameters_of(listed: Any, model_admin: Any, request: HttpRequest) -> list[str]:
    """Return the parameters in the address that an entry of `list_filter` uses."""
    if callable(listed):
        return [listed.parameter_name]
    path, make = (listed, FieldListFilter.create) if isinstance(listed, str) else listed
    model = model_admin.model
    field = get_fields_from_path(model, path)[-1]
    made = make(field, request, {}, model, model_admin, field_path=path)
    return [name for name in made.expected_parameters() if name]


class DateRangeFilter(RangeDateFilter):
    """A filter by a range of days that includes the last one; unfold's excludes it."""

    used_parameters: dict[str, Any]
    field_path: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first = self.used_parameters.get(f"{self.field_path}_from")
        last = self.used_parameters.get(f"{self.field_path}_to")
        try:
            if first:
                queryset = queryset.filter(**{f"{self.field_path}__gte": dates.read_bound(first)})
            if last:
                end = dates.read_bound(last, end_of_day=True)
                queryset = queryset.filter(**{f"{self.field_path}__lte": end})
        except ValueError as error:
            messages.error(request, str(error))
            return queryset.none()
        return queryset


class SituationFilter(DropdownFilter):
    """A filter by situations that no single column shows.

    Attributes:
        situations: by the name in the address, a label and a function `(rows, now)` that returns
            the rows in that situation.
    """

    title = "situation"
    parameter_name = "situation"
    situations: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.situations.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.value()
        if not name:
            return queryset
        if name not in self.situations:
            messages.error(request, f"Unknown situation. Use one of: {', '.join(self.situations)}.")
            return queryset.none()
        rows: QuerySet[Any] = self.situations[name][1](queryset, timezone.now())
        return rows
