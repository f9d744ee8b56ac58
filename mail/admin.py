"""Mails in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin import DateRangeFilter, PersonFilter, ReadOnlyAdmin, SituationFilter
from core.admin.people_search import PersonSearchAdmin
from core.admin.unfold_classes import ChoicesDropdownFilter
from mail import services
from mail.models import Mail


class MailSituation(SituationFilter):
    situations = {
        "given_up": ("given up", lambda rows, now: rows.given_up()),
        "failing": ("failing, will be retried", lambda rows, now: rows.failing()),
        "waiting": ("waiting", lambda rows, now: rows.waiting()),
        "sent": ("sent", lambda rows, now: rows.exclude(sent_at=None)),
    }


@admin.register(Mail)
class MailAdmin(PersonSearchAdmin, ReadOnlyAdmin):
    """Mails that are waiting, sent or given up (not sent and not retried)."""

    actions = ("resend_selected", "export_csv")
    list_display = ("subject", "user", "kind", "created_at", "sent_at", "attempts", "next_try_at")
    list_filter = (
        MailSituation,
        ("kind", ChoicesDropdownFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("user",)
    search_fields = ("subject",)
    search_help_text = "An id, words of the subject, or the start of a username or an address."
    date_hierarchy = "created_at"
    extra_lookups = ("sent_at__isnull", "next_try_at__isnull", "next_try_at__lt")
    export_fields = {
        "Id": "pk",
        "Kind": "kind",
        "User name": "user__username",
        "Subject": "subject",
        "Written": "created_at",
        "Sent": "sent_at",
        "Attempts": "attempts",
        "Next try": "next_try_at",
    }
    export_emails = {"E-mail": "user__email", "Address typed": "address"}

    def find_by_people(self, text: str) -> Q:
        """Also search the addresses that were typed to request a new password."""
        return super().find_by_people(text) | Q(address__istartswith=text)

    @admin.action(description="Retry sending", permissions=["act"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        self.act_on_each(request, queryset, services.resend, "queued for sending")
