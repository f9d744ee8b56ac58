"""Deploy checks of how the platform is run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register(deploy=True)
def check_operations(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEMO_DATA:
        found.append(Warning("DEMO_DATA creates users with a known password.", id="config.W002"))
    if not (settings.REDIS_URL or settings.EMBEDDED_SCHEDULER):
        hint = "Without REDIS_URL or EMBEDDED_SCHEDULER no reminders and no mails are sent."
        found.append(Warning(hint, id="config.W010"))
    return found
