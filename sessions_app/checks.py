"""System check of the approval policy."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_approval_policy(**kwargs: Any) -> list[CheckMessage]:
    if settings.SESSION_APPROVAL_POLICY in {"creator", "staff"}:
        return []
    return [Error("SESSION_APPROVAL_POLICY must be creator or staff.", id="config.E001")]
