"""The base classes of the admin's tables, editable and read-only."""

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
from core.admin.unfold_classes import PaginationInlineFormSet, TabularInline
from core.api.filters import MAX_WORDS
from core.db.search import has_words


class ExistingChoices(ModelMultipleChoiceField):
    """Refuses ids that no column can hold; Django would pass them to the database."""

    def clean(self, value: Any) -> QuerySet[Any]:
        if not all(is_id(str(each)) for each in value or ()):
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list")
        chosen: QuerySet[Any] = super().clean(value)
        return chosen


class StaffAdmin(ActingAdmin, ExportingAdmin):
    """A table in the admin that stays fast with a million rows: counts are bounded, and rows come
    in the order of an index, so `sortable_by` only has indexed columns.

    Attributes:
        extra_lookups: lookups that this site's own links to the list use, besides its filters.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-id",)
    list_per_page = 50
    list_filter_submit = True
    compressed_fields = False  # with several fields in a line, labels would cover them
    actions: Any = ("export_csv",)
    change_list_template = "core/staff_list.html"
    extra_lookups: tuple[str, ...] = ()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Refuse filter values at which Django fails: dates in the year 9999, and numbers or texts
        that the database can't store."""
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
        """Allow only offered lookups: Django allows them on any column of the table, even on hidden
        ones such as a password hash."""
        return lookup in self.offered_lookups(request)

    def offered_lookups(self, request: HttpRequest) -> set[str]:
        """Return the parameters that the list's address may have: those of its filters and of its
        date hierarchy, and `extra_lookups`."""
        offered = {*self.extra_lookups}
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
        if "\0" in text:  # PostgreSQL can't store or search for such a text
            return queryset.none(), False
        return (queryset.filter(self.find(text)) if text else queryset), False

    def find(self, text: str) -> Q:
        """Return the condition of the search box: an id, or words that all occur in
        `search_fields`."""
        if is_id(text):
            return Q(pk=int(text))
        return has_words(text.split()[:MAX_WORDS], *self.search_fields)


class ReadOnlyAdmin(StaffAdmin):
    """A table that can be read but not edited."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether the user may run actions, which need the change permission, though no form
        does."""
        return bool(super().has_change_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PagedFormSet(PaginationInlineFormSet):
    """Inline rows in pages."""

    def get_page_num(self) -> int:
        """Return the page number; 1 for values at which unfold fails, such as "00" or "½"."""
        try:
            return max(super().get_page_num(), 1)
        except ValueError:
            return 1


class ReadOnlyInline(TabularInline):
    """Related rows that can be read but not edited."""

    extra = 0
    formset = PagedFormSet

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
