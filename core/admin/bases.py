"""Tables as staff see them, to be used or only to be looked at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import JSONField, Q, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest

from core.admin.acts import ActingAdmin, is_id
from core.admin.csv_export import ExportingAdmin
from core.admin.paginator import BoundedPaginator
from core.admin.unfolded import TabularInline
from core.filters import MAX_WORDS
from core.search import has_words


class ExistingChoices(ModelMultipleChoiceField):
    """Django's own hands an id to the database that no column can hold."""

    def clean(self, value: Any) -> QuerySet[Any]:
        if not all(is_id(str(each)) for each in value or ()):
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list")
        chosen: QuerySet[Any] = super().clean(value)
        return chosen


class StaffAdmin(ActingAdmin, ExportingAdmin):
    """A table as staff see it, fast at a million rows: nothing is counted to its end, and rows
    come in the order of an index, so `sortable_by` is empty unless a column has one."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-id",)
    list_per_page = 50
    list_filter_submit = True
    compressed_fields = False  # labels beside several fields in a line would cover them
    actions: Any = ("export_csv",)
    change_list_template = "core/staff_list.html"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Django's own, which fails where a filter is a date of the year 9999, a number that no
        column holds, or a text that no database stores."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Django's own takes a range from an address, and fails at its text, which isn't a pair;
        and it hands PostgreSQL what isn't JSON."""
        is_json = any(
            lookup.partition("__")[0] == column.name
            for column in self.opts.concrete_fields
            if isinstance(column, JSONField)
        )
        fails = is_json or lookup.endswith("__range")
        return not fails and super().lookup_allowed(lookup, value, request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", ExistingChoices)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if "\0" in text:  # PostgreSQL stores no such text, and refuses to look for one
            return queryset.none(), False
        return (queryset.filter(self.find(text)) if text else queryset), False

    def find(self, text: str) -> Q:
        """What the search box looks for: an id, or words that all occur in `search_fields`."""
        if is_id(text):
            return Q(pk=int(text))
        return has_words(text.split()[:MAX_WORDS], *self.search_fields)


class ReadOnlyAdmin(StaffAdmin):
    """Rows to look at, not to write."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """An act changes a row, too, though not by a form."""
        return bool(super().has_change_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows to look at beside the one that they belong to, not to write."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
