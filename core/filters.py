"""The base of every list's filters, and a filter that several lists have: nothing that was sent is
passed over (contract C7)."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

MAX_WORDS = 10


class StrictFilterSet(django_filters.FilterSet):
    """Refuses a filter that was sent twice, of which Django would look at the last."""

    def is_valid(self) -> bool:
        for name in self.filters:
            if len(self.data.getlist(name)) > 1:
                self.form.add_error(name, "Send this filter once.")
        return bool(super().is_valid())


class WordsField(forms.CharField):
    """A few words to look for."""

    def clean(self, value: Any) -> list[str]:
        words = str(super().clean(value)).split()
        if len(words) > MAX_WORDS:
            raise ValidationError(f"Search for {MAX_WORDS} words at most.")
        return words


class WordsFilter(django_filters.Filter):
    field_class = WordsField
