"""The base of every list's filters: nothing that was sent is passed over (contract C7)."""

from __future__ import annotations

import django_filters


class StrictFilterSet(django_filters.FilterSet):
    """Refuses a filter that was sent twice, of which Django would look at the last."""

    def is_valid(self) -> bool:
        for name in self.filters:
            if len(self.data.getlist(name)) > 1:
                self.form.add_error(name, "Send this filter once.")
        return bool(super().is_valid())
