"""The queue of a moderated site, in the navigation of the admin."""

from __future__ import annotations

from django.http import HttpRequest

from sessions_app.models import Session
from sessions_app.states import staff_approves

MOST_COUNTED = 99


def may_see_queue(request: HttpRequest) -> bool:
    """Is there a queue, and may they see what is in it?"""
    seen = request.user.has_perm("sessions_app.view_session")  # type: ignore[union-attr]  # signed in
    return staff_approves() and seen


def queue_badge(request: HttpRequest) -> str:
    """The number of sessions that wait, as a text."""
    number = Session.objects.waiting_for_staff().order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
