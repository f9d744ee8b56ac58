"""The approval queue of a moderated site, in the navigation of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from sessions_app.models import Session, WaitingSession

MAX_COUNTED = 99


def may_see_queue(request: HttpRequest) -> bool:
    """Whether the site has a queue and the user may see it."""
    return bool(admin.site.get_model_admin(WaitingSession).has_module_permission(request))


def queue_badge(request: HttpRequest) -> str:
    """Return the number of sessions that wait for approval, as text."""
    number = Session.objects.waiting_for_staff().order_by()[: MAX_COUNTED + 1].count()
    return f"{MAX_COUNTED}+" if number > MAX_COUNTED else str(number)
