"""System checks: a setting that can't work is said when the server starts, in a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from core.throttling import parse_rate


@register
def settings_make_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SESSION_APPROVAL_POLICY not in {"creator", "staff"}:
        found.append(Error("SESSION_APPROVAL_POLICY must be creator or staff.", id="config.E001"))
    if not 0 < settings.PORT < 65536:
        found.append(Error("PORT must be from 1 to 65535.", id="config.E004"))
    for name, rate in settings.THROTTLE_RATES.items():
        try:
            parse_rate(rate)
        except (ValueError, KeyError):
            variable = f"THROTTLE_{name.upper()}"
            found.append(Error(f"{variable} must be like 20/minute.", id="config.E002"))
    for name in ("ACCESS_TOKEN_LIFETIME", "REFRESH_TOKEN_LIFETIME"):
        if settings.SIMPLE_JWT[name] <= timedelta(0):
            found.append(Error(f"{name} must be more than nothing.", id="config.E003"))
    return found


@register(deploy=True)
def production_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    if not settings.DISABLE_THROTTLING:
        return []
    return [Warning("DISABLE_THROTTLING is for load tests only.", id="config.W001")]
