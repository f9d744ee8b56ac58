"""The filter for lists of 1-on-1 sessions."""

from __future__ import annotations

import django_filters

from core.api.filters import StrictFilterSet
from zoom.models import OneOnOneSession
from zoom.states import Status


class OneOnOneFilter(StrictFilterSet):
    status = django_filters.ChoiceFilter(choices=Status.choices, label="One status.")

    class Meta:
        model = OneOnOneSession
        fields: list[str] = []
