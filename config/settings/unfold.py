"""The look of the admin (django-unfold), and its navigation."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from config.settings.process import DEBUG


def _static(path: str) -> Callable[[HttpRequest], str]:
    """Return a function for the address of a static file, which is only known during a request."""
    return lambda request: static(path)


def _list(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """Return a navigation item: a table's list, for those who may view it."""
    allowed = (f"{app}.view_{model}", f"{app}.change_{model}")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": lambda request: any(map(request.user.has_perm, allowed)),
    }


UNFOLD = {
    "SITE_TITLE": "Tutoring sessions",
    "SITE_HEADER": "Tutoring sessions",
    "SITE_SUBHEADER": "Administration",
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _static("operations/icon.svg")}
    ],
    "STYLES": [_static("operations/admin.css")],
    "SCRIPTS": [_static("operations/accessible.js")],
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": ["Development", "info"] if DEBUG else ["Production", "success"],
    "DASHBOARD_CALLBACK": "operations.dashboard.views.fill",
    "SIDEBAR": {
        "navigation": [
            {
                "items": [
                    {
                        "title": "Dashboard",
                        "icon": "monitoring",
                        "link": reverse_lazy("admin:index"),
                    }
                ]
            },
            {
                "title": "Sessions",
                "items": [
                    _list("Sessions", "groups", "sessions_app", "session"),
                    _list("Awaiting approval", "approval", "sessions_app", "waitingsession")
                    | {
                        "badge": "sessions_app.admin.queue_badge",
                        "badge_variant": "info",
                        "permission": "sessions_app.admin.may_see_queue",
                    },
                    _list("Booking requests", "how_to_reg", "sessions_app", "bookingrequest"),
                    _list("Materials", "attach_file", "materials", "material"),
                ],
            },
            {
                "title": "1-on-1",
                "items": [
                    _list("1-on-1 sessions", "video_call", "zoom", "oneononesession"),
                    _list("Audit log", "history", "zoom", "auditentry"),
                    _list("Join tokens", "key", "zoom", "jointoken"),
                ],
            },
            {
                "title": "People",
                "items": [
                    _list("People", "person", "accounts", "user"),
                    _list("Staff groups", "badge", "auth", "group"),
                    _list("Log of staff actions", "receipt_long", "admin", "logentry")
                    | {"permission": lambda request: request.user.is_superuser},
                    _list("Friendships", "handshake", "friendships", "friendship"),
                    _list("Blocks", "block", "friendships", "block"),
                ],
            },
            {
                "title": "Notifications and mails",
                "items": [
                    _list("Notifications", "notifications", "notifications", "notification"),
                    _list("Mails", "mail", "mail", "mail"),
                ],
            },
            {
                "title": "Pending work",
                "items": [
                    _list("Meetings to end", "call_end", "zoom", "pendingmeetingend"),
                    _list("Files to remove", "delete", "materials", "orphanedfile"),
                ],
            },
        ]
    },
}
