"""Group sessions in the admin."""

from sessions_app.admin.queue import may_see_queue, queue_badge
from sessions_app.admin.requests import BookingRequestAdmin
from sessions_app.admin.sessions import SessionAdmin
from sessions_app.admin.waiting import WaitingSessionAdmin

__all__ = [
    "BookingRequestAdmin",
    "SessionAdmin",
    "WaitingSessionAdmin",
    "may_see_queue",
    "queue_badge",
]
