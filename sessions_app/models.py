"""Sessions, participants and booking requests. Constraints guarantee that no session is oversold,
nobody is in it twice, and a user has one pending request for it and three in all, at most."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.lifecycle import Lifecycle, VersionedLifecycle
from sessions_app import limits, states
from sessions_app.querysets import BookingRequestQuerySet, ParticipantQuerySet, SessionQuerySet
from sessions_app.states import Level, Mode, RequestStatus, Status
from sessions_app.viewing import Viewed


class Session(Viewed, VersionedLifecycle):
    """A group session, in either booking mode."""

    ACTIONS = states.ACTIONS
    INITIAL = frozenset(states.INITIAL.values())

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="created_sessions"
    )
    booking_mode = models.CharField(max_length=10, choices=Mode.choices)
    status = models.CharField(max_length=20, choices=Status.choices)
    title = models.CharField(max_length=limits.TITLE)
    description = models.TextField(max_length=limits.DESCRIPTION)
    subject = models.CharField(max_length=limits.SUBJECT, blank=True, default="")
    level = models.CharField(max_length=20, choices=Level.choices, default=Level.BEGINNER)
    date = models.DateTimeField()
    duration = models.PositiveSmallIntegerField(
        default=limits.DURATION,
        help_text="In minutes.",
        validators=[
            MinValueValidator(limits.MIN_DURATION),
            MaxValueValidator(limits.MAX_DURATION),
        ],
    )
    ends_at = models.DateTimeField(
        help_text="The date plus the duration; once started, the start plus the duration."
    )
    max_participants = models.PositiveSmallIntegerField()
    # Stored, not counted: a constraint can limit it, and lists need no join.
    participant_count = models.PositiveSmallIntegerField(default=0, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The shortest lead time, in minutes, of the reminders sent for the current date.
    reminded_lead = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # Incremented with every change of the date, so that reminders are sent again, even if the
    # session returns to an earlier date.
    reminder_round = models.PositiveIntegerField(default=0, editable=False)
    # The lead time and time of the last reminder, for any date.
    last_reminder_lead = models.PositiveIntegerField(null=True, blank=True, editable=False)
    last_reminder_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    # The facts that `SessionQuerySet.seen_by` adds.
    viewer_is_in: bool
    viewer_is_asking: bool
    viewer_asked_enough: bool
    has_requests: bool

    class Meta:
        ordering = ("-date", "-id")
        indexes = [
            models.Index(fields=["-date", "-id"], name="session_latest_first"),
            models.Index(fields=["status", "ends_at"], name="session_due"),
            models.Index(fields=["status", "date", "id"], name="session_by_status"),
            models.Index(fields=["creator", "-date", "-id"], name="session_of_creator"),
            models.Index(fields=["title", "id"], name="session_by_title"),
            models.Index(
                fields=["date", "id"],
                condition=Q(status__in=sorted(states.OPEN)),
                name="session_open_soonest",
            ),
            models.Index(fields=["created_at"], name="session_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(participant_count__lte=F("max_participants")),
                name="session_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(
                    max_participants__range=(
                        limits.MIN_PARTICIPANTS,
                        limits.MAX_PARTICIPANTS[Mode.REQUEST],
                    )
                )
                & ~Q(
                    booking_mode=Mode.INSTANT,
                    max_participants__gt=limits.MAX_PARTICIPANTS[Mode.INSTANT],
                ),
                name="session_places_in_range",
            ),
            models.CheckConstraint(
                condition=Q(duration__range=(limits.MIN_DURATION, limits.MAX_DURATION)),
                name="session_duration_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    booking_mode=Mode.INSTANT, status__in=sorted(states.IN_MODE[Mode.INSTANT])
                )
                | Q(booking_mode=Mode.REQUEST, status__in=sorted(states.IN_MODE[Mode.REQUEST])),
                name="session_status_in_mode",
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="session_level_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WaitingSession(Session):
    """A session in the approval queue of a moderated site: a proxy, for a separate admin list."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "session that waits"
        verbose_name_plural = "sessions that wait"


class Participant(models.Model):
    """A user's place in a session, from joining to leaving. Joining again creates another row."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="participations"
    )
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(left_at=None),
                name="participant_present_once",
            )
        ]
        indexes = [
            models.Index(fields=["user", "session"], condition=Q(left_at=None), name="places_of")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.session}"


class BookingRequest(Lifecycle):
    """A user's request to join a session of mode `request`."""

    ACTIONS = states.REQUEST_ACTIONS
    INITIAL = (RequestStatus.PENDING,)

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="booking_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="booking_requests"
    )
    message = models.CharField(max_length=limits.MESSAGE, blank=True, default="")
    status = models.CharField(
        max_length=20, choices=RequestStatus.choices, default=RequestStatus.PENDING
    )
    # Numbered and unique, so that constraints limit the number of requests per user.
    attempt = models.PositiveSmallIntegerField(default=1)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = BookingRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(status=RequestStatus.PENDING),
                name="request_pending_once",
            ),
            models.UniqueConstraint(
                fields=["session", "user", "attempt"], name="request_attempts_numbered"
            ),
            models.CheckConstraint(
                condition=Q(attempt__range=(1, states.MAX_ATTEMPTS)),
                name="request_attempts_limited",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RequestStatus.values), name="request_status_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at"], name="request_asked"),
            models.Index(fields=["decided_at", "status"], name="request_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.user} asks to join {self.session}"
