"""System checks: a setting that can't work is said when the server starts, in a sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from redis import Redis

from core.throttling import parse_rate
from materials.kinds import KINDS


@register
def settings_make_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SESSION_APPROVAL_POLICY not in {"creator", "staff"}:
        found.append(Error("SESSION_APPROVAL_POLICY must be creator or staff.", id="config.E001"))
    for name, rate in settings.THROTTLE_RATES.items():
        try:
            sane = parse_rate(rate)[0] > 0
        except (ValueError, KeyError):
            sane = False
        if not sane:
            variable = f"THROTTLE_{name.upper()}"
            found.append(Error(f"{variable} must be like 20/minute.", id="config.E002"))
    found += materials_make_sense()
    return found


def materials_make_sense() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    unknown = [each for each in settings.MATERIAL_EXTENSIONS if each not in KINDS]
    if unknown:
        sentence = f"MATERIAL_EXTENSIONS has {', '.join(unknown)}: it may have {', '.join(KINDS)}."
        found.append(Error(sentence, id="config.E003"))
    account = settings.CLOUDINARY_STORAGE
    if any(account.values()) and not all(account.values()):
        sentence = (
            "Cloudinary is half configured: it needs CLOUDINARY_URL with key, secret and cloud, or "
            "all of CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET."
        )
        found.append(Error(sentence, id="config.E004"))
    return found


@register
def redis_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    try:
        Redis.from_url(settings.REDIS_URL or "redis://localhost")
    except ValueError:
        sentence = "REDIS_URL must be like redis://localhost:6379/0."
        return [Error(sentence, id="config.E005")]
    return []


@register(deploy=True)
def production_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DISABLE_THROTTLING:
        found.append(Warning("DISABLE_THROTTLING is for load tests only.", id="config.W001"))
    if settings.DEMO_DATA:
        found.append(Warning("DEMO_DATA makes people whose password is known.", id="config.W002"))
    if urlsplit(settings.PUBLIC_URL).hostname in {"localhost", "127.0.0.1", "::1", None}:
        hint = "PUBLIC_URL is this machine's own: links in mails would lead nowhere."
        found.append(Warning(hint, id="config.W003"))
    return found
