"""How many sessions wait for the staff, for the navigation of the admin."""

from __future__ import annotations

from django.http import HttpRequest

from sessions_app.models import Session

MOST_COUNTED = 99


def queue_badge(request: HttpRequest) -> str:
    """The number of sessions that wait, as a text; "" if none does, or who asks may not know."""
    if not request.user.has_perm("sessions_app.view_session"):  # type: ignore[union-attr]  # signed in
        return ""
    number = Session.objects.waiting_for_staff().order_by()[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(number or "")
