"""System checks: a setting that can't work is said when the server starts, in a sentence."""

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
# Characters of a token that nobody guesses.
MIN_TOKEN = 16


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
    unknown = [each for each in settings.MATERIAL_EXTENSIONS if each not in FILE_TYPES]
    if unknown:
        sentence = (
            f"MATERIAL_EXTENSIONS has {', '.join(unknown)}: it may have {', '.join(FILE_TYPES)}."
        )
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
        parts = urlsplit(settings.REDIS_URL)
        if parts.scheme != "unix":
            int(parts.path.strip("/") or 0)  # what is no number, the client takes for 0
    except ValueError:
        sentence = "REDIS_URL must be like redis://localhost:6379/0."
        return [Error(sentence, id="config.E005")]
    return []


@register
def observing_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        Dsn(settings.SENTRY_DSN or "https://key@sentry.invalid/1")
    except BadDsn:
        sentence = "SENTRY_DSN must be like https://key@sentry.example.org/1."
        found.append(Error(sentence, id="config.E020"))
    token = settings.METRICS_TOKEN
    if token and (len(token) < MIN_TOKEN or not token.isascii()):
        sentence = f"METRICS_TOKEN must have {MIN_TOKEN} characters or more, of ASCII."
        found.append(Error(sentence, id="config.E021"))
    if settings.METRICS_PORT and not settings.METRICS_TOKEN:
        sentence = "METRICS_PORT is for whoever has METRICS_TOKEN, which is not set."
        found.append(Error(sentence, id="config.E022"))
    return found


@register
def zoom_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if 0 < len(zoom_credentials()) < 3:
        sentence = "Set ZOOM_ACCOUNT_ID, ZOOM_API_KEY and ZOOM_API_SECRET together, or none."
        found.append(Error(sentence, id="config.E006"))
    for variable in ("ZOOM_BASE_URL", "ZOOM_OAUTH_URL"):
        if not may_carry_secrets(getattr(settings, variable)):
            sentence = f"{variable} must be an https:// address, or one of this machine."
            found.append(Error(sentence, id="config.E007"))
    if not any(user.strip() for user in settings.ZOOM_HOST_USERS):
        found.append(Error("ZOOM_HOST_USERS must name a user, or be unset.", id="config.E008"))
    return found


def zoom_credentials() -> list[str]:
    """Those of the three that are set."""
    given = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_API_KEY, settings.ZOOM_API_SECRET)
    return [value for value in given if value]


def may_carry_secrets(address: str) -> bool:
    """Whether nobody on the way can read what is sent there; in development, plain HTTP will do."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    plain = parts.scheme == "http" and (settings.DEBUG or host in LOOPBACK)
    return bool(host) and (parts.scheme == "https" or plain)


@register(deploy=True)
def zoom_is_set_up(**kwargs: Any) -> list[CheckMessage]:
    if not zoom_credentials():
        sentence = "Without credentials of Zoom (ZOOM_…) nobody can start a 1-on-1 session."
        return [Warning(sentence, id="config.W004")]
    if not settings.ZOOM_WEBHOOK_SECRET:
        sentence = "Without ZOOM_WEBHOOK_SECRET nobody learns who came to a meeting, or its end."
        return [Warning(sentence, id="config.W005")]
    return []


@register(deploy=True)
def production_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DISABLE_THROTTLING:
        found.append(Warning("DISABLE_THROTTLING is for load tests only.", id="config.W001"))
    if settings.DEMO_DATA:
        found.append(Warning("DEMO_DATA makes people whose password is known.", id="config.W002"))
    if is_local(settings.PUBLIC_URL):
        hint = "PUBLIC_URL is this machine's own: links in mails would lead nowhere."
        found.append(Warning(hint, id="config.W003"))
    if not (settings.REDIS_URL or settings.EMBEDDED_SCHEDULER):
        hint = "Without REDIS_URL and EMBEDDED_SCHEDULER nobody is reminded or mailed."
        found.append(Warning(hint, id="config.W010"))
    return found
