"""The approval queue of a moderated site (contract S9), with the longest wait first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from core.admin import DateRangeFilter, PersonFilter, ReasonForm
from sessions_app import services
from sessions_app.admin.sessions import SessionAdmin
from sessions_app.models import Session, WaitingSession
from sessions_app.states import staff_approves


class RefusalForm(ReasonForm):
    """The reason for a refusal, which is required, since the creators are notified of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Reason, sent to the creator"
        self.fields["reason"].required = True


@admin.register(WaitingSession)
class WaitingSessionAdmin(SessionAdmin):
    """Sessions to approve or refuse. Everything else is done on the session's own page."""

    actions = ("approve_selected", "refuse_selected", "export_csv")
    list_display = ("own_page", "creator", "subject", "level", "date", "waits")
    list_display_links = None
    list_filter = (("creator", PersonFilter), ("date", DateRangeFilter))
    ordering = ("created_at", "id")
    sortable_by = ()
    date_hierarchy = None
    extra_lookups = ()

    @admin.display(description="title")
    def own_page(self, session: Session) -> str:
        address = reverse("admin:sessions_app_session_change", args=[session.pk])
        return format_html('<a href="{}" class="font-semibold">{}</a>', address, session.title)

    @admin.display(description="waits for")
    def waits(self, session: Session) -> str:
        return timesince(session.created_at, timezone.now(), depth=1)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        rows: Any = super().get_queryset(request)
        waiting: QuerySet[Session] = rows.waiting_for_staff()
        return waiting

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether to show the queue: if creators approve their own sessions, it is always empty."""
        return staff_approves() and self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.sessions().has_view_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Use the permissions of sessions: the queue has none of its own."""
        return bool(self.sessions().has_change_permission(request, obj))

    def sessions(self) -> Any:
        return self.admin_site.get_model_admin(Session)

    @admin.action(description="Refuse selected sessions, with a reason", permissions=["change"])
    def refuse_selected(
        self, request: HttpRequest, queryset: QuerySet[Session]
    ) -> HttpResponse | None:
        return self.confirm_with_reason(
            request,
            queryset,
            services.refuse,
            "refused",
            form=RefusalForm,
            title="Refuse these sessions",
            sentence="These sessions will be refused and cancelled, and their creators notified:",
        )
