"""Group sessions in the admin."""

from sessions_app.admin.badge import queue_badge
from sessions_app.admin.requests import BookingRequestAdmin
from sessions_app.admin.sessions import SessionAdmin
from sessions_app.admin.waiting import WaitingSessionAdmin

__all__ = ["BookingRequestAdmin", "SessionAdmin", "WaitingSessionAdmin", "queue_badge"]
