"""What the pages of the admin share."""

from core.admin.acts import MAX_AT_ONCE, ReasonForm
from core.admin.bases import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin
from core.admin.filters import DateRangeFilter, PersonFilter, SituationFilter
from core.admin.log import LogEntryAdmin
from core.admin.people_search import PersonSearchAdmin, of_people
from core.admin.unfold_classes import TabularInline

__all__ = [
    "MAX_AT_ONCE",
    "DateRangeFilter",
    "LogEntryAdmin",
    "PersonFilter",
    "PersonSearchAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "ReasonForm",
    "SituationFilter",
    "StaffAdmin",
    "TabularInline",
    "of_people",
]
