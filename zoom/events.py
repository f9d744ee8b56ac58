"""The events in the log of a 1-on-1 session with their sentences (contract O7), and the events of
Zoom that are handled (O8)."""

from __future__ import annotations

from django.db.models import TextChoices


class EventType(TextChoices):
    CREATED = "created"
    STARTED = "started"
    READY = "ready"
    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"
    CANCELLED = "cancelled"
    ZOOM_LINK_GENERATED = "zoom_link_generated"


SENTENCES = {
    EventType.CREATED: "{who} created the session.",
    EventType.STARTED: "{who} started the session.",
    EventType.READY: "{who} is ready to join.",
    EventType.JOINED: "{who} joined the session.",
    EventType.LEFT: "{who} left the session.",
    EventType.ENDED: "{who} ended the session.",
    EventType.CANCELLED: "{who} cancelled the session.",
    EventType.ZOOM_LINK_GENERATED: "{who} got a meeting for the session.",
}

PARTICIPANT_JOINED = "meeting.participant_joined"
PARTICIPANT_LEFT = "meeting.participant_left"
MEETING_ENDED = "meeting.ended"
