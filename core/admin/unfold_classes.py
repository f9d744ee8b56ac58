"""unfold's versions of the admin's classes, with types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # unfold has no types, and its classes only look different
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.filters import BooleanFieldListFilter as BooleanRadioFilter
    from django.contrib.admin.filters import ChoicesFieldListFilter as ChoicesDropdownFilter
    from django.contrib.admin.filters import FieldListFilter as RangeDateFilter
    from django.contrib.admin.filters import RelatedFieldListFilter as AutocompleteSelectFilter
    from django.contrib.admin.filters import SimpleListFilter as DropdownFilter
    from django.forms import BaseInlineFormSet
    from django.forms import CheckboxInput as UnfoldBooleanWidget
    from django.forms import Textarea as UnfoldAdminTextareaWidget

    class PaginationInlineFormSet(BaseInlineFormSet):
        def get_page_num(self) -> int: ...

else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.contrib.filters.admin import (
        AutocompleteSelectFilter,
        BooleanRadioFilter,
        ChoicesDropdownFilter,
        DropdownFilter,
        RangeDateFilter,
    )
    from unfold.forms import PaginationInlineFormSet
    from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

__all__ = [
    "AutocompleteSelectFilter",
    "BooleanRadioFilter",
    "ChoicesDropdownFilter",
    "DropdownFilter",
    "ModelAdmin",
    "PaginationInlineFormSet",
    "RangeDateFilter",
    "TabularInline",
    "UnfoldAdminTextareaWidget",
    "UnfoldBooleanWidget",
]
