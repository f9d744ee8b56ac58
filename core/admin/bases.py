"""Tables as staff see them, to be used or only to be looked at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import Q, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse

from core.admin.acts import ActingAdmin, is_id
from core.admin.csv_export import ExportingAdmin
from core.admin.filters import parameters_of
from core.admin.paginator import BoundedPaginator
from core.admin.unfolded import PaginationInlineFormSet, TabularInline
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
    come in the order of an index, so `sortable_by` is empty unless a column has one.

    Attributes:
        linked_lookups: what addresses of this list name that this site itself links to, beside
            its filters.
    """

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
    linked_lookups: tuple[str, ...] = ()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Django's own, which fails where a filter is a date of the year 9999, a number that no
        column holds, or a text that no database stores."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        """Django's own, which looks for the row first, and so tells those who may see none of them
        which there are."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        answer: HttpResponse = super().history_view(request, object_id, *args)
        return answer

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what was offered: Django's own lets staff look through any column of the table,
        also those that no page shows, such as a password's hash."""
        return lookup in self.offered_lookups(request)

    def offered_lookups(self, request: HttpRequest) -> set[str]:
        """What the list's address may name: the parameters of its filters, the parts of its date
        hierarchy, and `linked_lookups`."""
        offered = {*self.linked_lookups}
        if self.date_hierarchy:
            offered |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        for each in self.get_list_filter(request):
            offered.update(parameters_of(each, self, request))
        return offered

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


class PagedFormSet(PaginationInlineFormSet):
    """Rows in pages."""

    def get_page_num(self) -> int:
        """unfold's own, which fails at "00" and at what is a number to `str.isnumeric` only."""
        try:
            return max(super().get_page_num(), 1)
        except ValueError:
            return 1


class ReadOnlyInline(TabularInline):
    """Rows to look at beside the one that they belong to, not to write."""

    extra = 0
    formset = PagedFormSet

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
