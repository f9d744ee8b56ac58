"""Sessions in the admin, where staff find, change, approve, cancel and complete them. All writes go
through the services, which also log them; the admin never sets a status itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from core.admin import DateRangeFilter, PersonFilter, SituationFilter
from core.admin.people_search import PersonSearchAdmin
from core.admin.unfold_classes import ChoicesDropdownFilter
from sessions_app import services
from sessions_app.admin.forms import SessionForm
from sessions_app.admin.inlines import BookingRequestInline, ParticipantInline
from sessions_app.models import Participant, Session
from sessions_app.states import ENDED, Status

EDITED = {"title", "description", "subject", "level", "date", "duration", "max_participants"}
SOON = timedelta(hours=24)


class SessionSituation(SituationFilter):
    situations = {
        "waits": (
            "waits for approval",
            lambda rows, now: rows.filter(status=Status.PENDING_APPROVAL),
        ),
        "soon": ("begins within 24 hours", lambda rows, now: rows.beginning_within(now, SOON)),
        "full": ("full", lambda rows, now: rows.full()),
        "stuck": (
            "stuck: left running past its end",
            lambda rows, now: rows.past_their_end(now, Status.ONGOING),
        ),
    }


def was_refused(request: HttpRequest) -> bool:
    """Whether a service has refused an act of this request."""
    return getattr(request, "was_refused", False)


@admin.register(Session)
class SessionAdmin(PersonSearchAdmin):
    form = SessionForm
    inlines = (ParticipantInline, BookingRequestInline)
    actions: Any = ("approve_selected", "cancel_selected", "close_selected", "export_csv")
    list_display: Any = ("title", "creator", "booking_mode", "status", "date", "places")
    list_filter: ClassVar[Any] = (
        SessionSituation,
        ("status", ChoicesDropdownFilter),
        ("booking_mode", ChoicesDropdownFilter),
        ("level", ChoicesDropdownFilter),
        ("creator", PersonFilter),
        ("date", DateRangeFilter),
    )
    list_select_related = ("creator",)
    ordering = ("-date", "-id")
    sortable_by: ClassVar[Any] = ("date",)
    people_fields = ("creator",)
    search_fields = ("title", "subject")
    search_help_text = (
        "An id, words of the title or subject, or the beginning of the creator's user name or "
        "e-mail address."
    )
    date_hierarchy: ClassVar[Any] = "date"
    extra_lookups: tuple[str, ...] = (
        "date__gte",
        "date__lt",
        "created_at__gte",
        "created_at__lt",
        "ends_at__lt",
        "status__in",
    )
    export_fields = {
        "Id": "pk",
        "Title": "title",
        "Subject": "subject",
        "Level": "level",
        "Mode": "booking_mode",
        "Status": "status",
        "Date": "date",
        "Minutes": "duration",
        "Places": "max_participants",
        "Taken": "participant_count",
        "Creator": "creator__username",
        "Created": "created_at",
        "Reason of the cancellation": "cancel_reason",
    }
    export_emails = {"Creator's e-mail": "creator__email"}
    fields = (
        ("status", "booking_mode"),
        ("creator", "places"),
        "title",
        "description",
        ("subject", "level"),
        "date",
        ("duration", "max_participants"),
        ("started_at", "ends_at"),
        ("created_at", "updated_at"),
        "cancel_reason",
        "seen_version",
    )
    readonly_fields = (
        "status",
        "booking_mode",
        "places",
        "creator",
        "created_at",
        "updated_at",
        "started_at",
        "ends_at",
        "cancel_reason",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without permission to change the session there is no form, so no `seen_version`."""
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else fields[:-1]

    @admin.display(description="places")
    def places(self, session: Session) -> str:
        return f"{session.participant_count} of {session.max_participants}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff cancel sessions, which notifies everybody; only a creator can delete one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        over = obj is not None and obj.status in ENDED
        return super().has_change_permission(request, obj) and not over

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in EDITED}
        if changes:
            self.call_service(request, obj, services.edit, **changes)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The inlines are read-only, except that participants can be removed."""
        formset.save(commit=False)
        for place in formset.deleted_objects:
            self.remove_participant(request, place)

    def remove_participant(self, request: HttpRequest, place: Participant) -> None:
        self.call_service(request, place, services.remove_participant)

    def call_service(self, request: HttpRequest, thing: Any, act: Any, **details: Any) -> None:
        by, now = request.user, timezone.now()
        if not self.call_and_report(request, thing, lambda: act(thing, by=by, now=now, **details)):
            request.was_refused = True  # type: ignore[attr-defined]  # for response_change

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log nothing: the services have logged it in their transaction."""
        return None

    def response_change(self, request: HttpRequest, obj: Session) -> HttpResponse:
        """After a refusal return to the session's page, without the message of success."""
        if was_refused(request):
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    @admin.action(description="Approve selected sessions", permissions=["change"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self.act_on_each(request, queryset, services.approve, "approved", in_admin=True)

    @admin.action(description="Cancel selected sessions, with a reason", permissions=["change"])
    def cancel_selected(
        self, request: HttpRequest, queryset: QuerySet[Session]
    ) -> HttpResponse | None:
        return self.confirm_with_reason(
            request,
            queryset,
            services.cancel,
            "cancelled",
            title="Cancel these sessions",
            sentence="These sessions will be cancelled and everybody concerned will be notified:",
            in_admin=True,
        )

    @admin.action(description="Complete selected sessions that are stuck", permissions=["change"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self.act_on_each(request, queryset, services.close, "completed")
