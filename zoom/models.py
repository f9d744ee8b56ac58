"""1-on-1 sessions, their join tokens and audit log, and the work that remains to be done at
Zoom."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from core.db.retries import Retry, RetryQuerySet
from core.lifecycle import VersionedLifecycle
from zoom import states
from zoom.events import EventType
from zoom.querysets import (
    AppendOnlyError,
    AuditEntryQuerySet,
    JoinTokenQuerySet,
    OneOnOneSessionQuerySet,
    StartAttemptQuerySet,
    WebhookEventQuerySet,
)
from zoom.states import Role, Status, Viewer


class OneOnOneSession(VersionedLifecycle):
    """A session of two friends, with its meeting.

    Attributes:
        are_friends: whether the two are still friends; only on rows read with `for_list`.
    """

    are_friends: bool

    ACTIONS = states.ACTIONS
    INITIAL = frozenset({Status.PENDING})

    initiator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="initiated_one_on_ones"
    )
    participant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offered_one_on_ones"
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    initiator_ready = models.BooleanField(default=False)
    participant_ready = models.BooleanField(default=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    zoom_meeting_id = models.CharField(max_length=32, blank=True, default="", db_index=True)
    zoom_meeting_url = models.CharField(max_length=2000, blank=True, default="")
    zoom_meeting_password = models.CharField(max_length=100, blank=True, default="")
    zoom_host = models.CharField(
        max_length=254,
        blank=True,
        default="",
        help_text="The user at Zoom who holds the meeting; empty for a stand-in room.",
    )
    # The start attempt in progress, and when it expires: then another one may begin.
    start_marker = models.UUIDField(null=True, editable=False)
    start_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = OneOnOneSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["initiator", "-id"], name="one_on_one_of_initiator"),
            models.Index(fields=["participant", "-id"], name="one_on_one_of_participant"),
            models.Index(fields=["status", "created_at"], name="one_on_one_left_pending"),
            models.Index(fields=["status", "started_at"], name="one_on_one_left_active"),
            models.Index(fields=["ended_at", "status"], name="one_on_one_ended"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="one_on_one_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(initiator=F("participant")), name="one_on_one_is_of_two"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.PENDING, Status.CANCELLED])
                | Q(started_at__isnull=False, started_by__isnull=False),
                name="one_on_one_active_was_started",
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    @property
    def people(self) -> tuple[User, User]:
        return self.initiator, self.participant

    def other(self, user: User) -> User:
        """Return the other person of the session."""
        return self.participant if user.pk == self.initiator_id else self.initiator

    def viewer(self, user: User, now: datetime, **facts: Any) -> Viewer:
        """Return the person's roles in the session, with the time and further facts for rules."""
        held = {
            Role.PERSON: True,
            Role.INITIATOR: self.initiator_id == user.pk,
            Role.PARTICIPANT: self.participant_id == user.pk,
            Role.STARTER: self.started_by_id == user.pk,
        }
        return Viewer(frozenset(role for role, holds in held.items() if holds), now, **facts)


class StartAttempt(models.Model):
    """A request to Zoom for a meeting. The meeting contains the marker, so that it can be found
    if Zoom created it but the response was lost."""

    marker = models.UUIDField(primary_key=True, default=uuid4)
    session = models.ForeignKey(
        OneOnOneSession, on_delete=models.CASCADE, related_name="start_attempts"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    host = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    settled = models.BooleanField(
        default=False, help_text="Whether it is known what became of its meeting."
    )
    counts = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether it counts against the limits of a day: not if Zoom surely made nothing.",
    )

    objects = StartAttemptQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["created_at"], condition=Q(settled=False), name="start_unclear")
        ]

    def __str__(self) -> str:
        return f"A start of {self.session}"


class PendingMeetingEnd(Retry):
    """A meeting that is no longer needed; deleted when Zoom confirms that the meeting is gone."""

    meeting_id = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RetryQuerySet.as_manager()

    class Meta:
        db_table = "zoom_meetingtoend"  # the model's former name
        verbose_name_plural = "meetings to end"

    def __str__(self) -> str:
        return f"Meeting {self.meeting_id}"


class JoinToken(models.Model):
    """Lets one person into one session, once. Only its digest is stored."""

    session = models.ForeignKey(
        OneOnOneSession, on_delete=models.CASCADE, related_name="join_tokens"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    is_used = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True)

    objects = JoinTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Token {self.pk} of {self.user}"


class AuditEntry(models.Model):
    """An event in a session's log. PostgreSQL refuses changes and deletions. Only the message may
    change, to remove the name of an erased user."""

    session = models.ForeignKey(
        OneOnOneSession, on_delete=models.PROTECT, related_name="audit_entries"
    )
    event_type = models.CharField(max_length=20, choices=EventType.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who did it; empty for the clock, and for whom Zoom doesn't name.",
    )
    message = models.TextField()
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(event_type__in=EventType.values), name="audit_event_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.message

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("An entry of the log can't be changed.")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("An entry of the log can't be deleted.")


class WebhookEvent(models.Model):
    """A processed event of Zoom's, recorded so that a repetition is ignored."""

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    meeting_id = models.CharField(max_length=200)
    meeting_uuid = models.CharField(
        max_length=200, help_text="The one time that the meeting took place."
    )
    person = models.CharField(
        max_length=64, help_text="Tells people apart without saying who they are."
    )
    received_at = models.DateTimeField(db_index=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["meeting_id", "name"], name="webhook_of_meeting")]

    def __str__(self) -> str:
        return self.name
