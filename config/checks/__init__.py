"""System checks: settings that can't work are reported when the server starts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from redis import Redis
from sentry_sdk.utils import BadDsn, Dsn

from config.checks import addresses, production
from config.checks.addresses import LOOPBACK, is_local
from core.api.throttling import parse_rate
from materials.file_types import FILE_TYPES

__all__ = ["addresses", "production"]
# The minimum length of a token, so that it can't be guessed.
MIN_TOKEN = 16


@register
def check_settings(**kwargs: Any) -> list[CheckMessage]:
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
            found.append(Error(f"{variable} must have the form 20/minute.", id="config.E002"))
    found += check_materials()
    return found


def check_materials() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    unknown = [each for each in settings.MATERIAL_EXTENSIONS if each not in FILE_TYPES]
    if unknown:
        sentence = (
            f"MATERIAL_EXTENSIONS has unknown types: {', '.join(unknown)}. "
            f"The known types are {', '.join(FILE_TYPES)}."
        )
        found.append(Error(sentence, id="config.E003"))
    account = settings.CLOUDINARY_STORAGE
    if any(account.values()) and not all(account.values()):
        sentence = (
            "Cloudinary is incompletely configured: set CLOUDINARY_URL with key, secret and cloud, "
            "or all of CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET."
        )
        found.append(Error(sentence, id="config.E004"))
    return found


@register
def check_redis(**kwargs: Any) -> list[CheckMessage]:
    try:
        Redis.from_url(settings.REDIS_URL or "redis://localhost")
        parts = urlsplit(settings.REDIS_URL)
        if parts.scheme != "unix":
            int(parts.path.strip("/") or 0)  # the client reads anything else as 0
    except ValueError:
        sentence = "REDIS_URL must have the form redis://localhost:6379/0."
        return [Error(sentence, id="config.E005")]
    return []


@register
def check_monitoring(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        Dsn(settings.SENTRY_DSN or "https://key@sentry.invalid/1")
    except BadDsn:
        sentence = "SENTRY_DSN must have the form https://key@sentry.example.org/1."
        found.append(Error(sentence, id="config.E020"))
    token = settings.METRICS_TOKEN
    if token and (len(token) < MIN_TOKEN or not token.isascii()):
        sentence = f"METRICS_TOKEN must have at least {MIN_TOKEN} characters, only ASCII."
        found.append(Error(sentence, id="config.E021"))
    if settings.METRICS_PORT and not settings.METRICS_TOKEN:
        sentence = "METRICS_PORT needs METRICS_TOKEN, which is not set."
        found.append(Error(sentence, id="config.E022"))
    return found


@register
def check_zoom(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if 0 < len(zoom_credentials()) < 3:
        sentence = "Set ZOOM_ACCOUNT_ID, ZOOM_API_KEY and ZOOM_API_SECRET together, or none."
        found.append(Error(sentence, id="config.E006"))
    for variable in ("ZOOM_BASE_URL", "ZOOM_OAUTH_URL"):
        if not may_carry_secrets(getattr(settings, variable)):
            sentence = f"{variable} must be an https:// address, or an address of this machine."
            found.append(Error(sentence, id="config.E007"))
    if not any(user.strip() for user in settings.ZOOM_HOST_USERS):
        found.append(Error("ZOOM_HOST_USERS must have a user, or be unset.", id="config.E008"))
    return found


def zoom_credentials() -> list[str]:
    """Return those of the three that are set."""
    given = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_API_KEY, settings.ZOOM_API_SECRET)
    return [value for value in given if value]


def may_carry_secrets(address: str) -> bool:
    """Whether secrets may be sent there: over HTTPS, on this machine, or in development."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    plain = parts.scheme == "http" and (settings.DEBUG or host in LOOPBACK)
    return bool(host) and (parts.scheme == "https" or plain)


@register(deploy=True)
def check_zoom_in_production(**kwargs: Any) -> list[CheckMessage]:
    if not zoom_credentials():
        sentence = "Without Zoom credentials (ZOOM_…) nobody can start a 1-on-1 session."
        return [Warning(sentence, id="config.W004")]
    if not settings.ZOOM_WEBHOOK_SECRET:
        sentence = "Without ZOOM_WEBHOOK_SECRET all of Zoom's events about meetings are refused."
        return [Warning(sentence, id="config.W005")]
    return []


@register(deploy=True)
def check_production(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DISABLE_THROTTLING:
        found.append(Warning("DISABLE_THROTTLING is for load tests only.", id="config.W001"))
    if settings.DEMO_DATA:
        found.append(Warning("DEMO_DATA creates users with a known password.", id="config.W002"))
    if is_local(settings.PUBLIC_URL):
        hint = "PUBLIC_URL is an address of this machine only: links in mails won't work."
        found.append(Warning(hint, id="config.W003"))
    if not (settings.REDIS_URL or settings.EMBEDDED_SCHEDULER):
        hint = "Without REDIS_URL or EMBEDDED_SCHEDULER no reminders and no mails are sent."
        found.append(Warning(hint, id="config.W010"))
    return found
