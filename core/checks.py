"""System checks of the server as a whole: settings that can't work are reported when it starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from redis import Redis
from sentry_sdk.utils import BadDsn, Dsn

from core.api.throttling import parse_rate

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# The minimum length of a token, so that it can't be guessed.
MIN_TOKEN = 16
# In seconds.
YEAR = 31_536_000


def host_of(address: str) -> str:
    """Return the host of an http:// or https:// address; "" if it isn't one."""
    try:
        parts = urlsplit(address)
        return (parts.scheme in {"http", "https"} and parts.hostname) or ""
    except ValueError:
        return ""


def is_local(address: str) -> bool:
    """Whether the address only works on the machine of the person who opens it."""
    return host_of(address) in LOOPBACK | {""}


@register
def check_throttling(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name, rate in settings.THROTTLE_RATES.items():
        try:
            sane = parse_rate(rate)[0] > 0
        except (ValueError, KeyError):
            sane = False
        if not sane:
            variable = f"THROTTLE_{name.upper()}"
            found.append(Error(f"{variable} must have the form 20/minute.", id="config.E002"))
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
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"{variable} must have the form https://learn.example.org.", id="config.E030")
        for variable in ("PUBLIC_URL", "FRONTEND_URL")
        if not host_of(getattr(settings, variable))
    ]


@register(deploy=True)
def check_production(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DISABLE_THROTTLING:
        found.append(Warning("DISABLE_THROTTLING is for load tests only.", id="config.W001"))
    if is_local(settings.PUBLIC_URL):
        hint = "PUBLIC_URL is an address of this machine only: links in mails won't work."
        found.append(Warning(hint, id="config.W003"))
    return found


@register(deploy=True)
def check_processes(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.REDIS_URL:
        sentence = (
            "REDIS_URL isn't set: each process counts limits by itself and pushes only what it "
            "has written itself, and there are no Celery tasks."
        )
        found.append(Warning(sentence, id="config.W034"))
    elif settings.PUSH_PORT == settings.PORT:
        sentence = "PUSH_PORT equals PORT: REST and live push can't listen on the same port."
        found.append(Warning(sentence, id="config.W044"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        sentence = "DATABASE_URL is SQLite, which supports one machine and one writer at a time."
        found.append(Warning(sentence, id="config.W035"))
    return found


@register(deploy=True)
def check_https(**kwargs: Any) -> list[CheckMessage]:
    return [*hosts_and_proxies(), *hsts_preload()]


def hosts_and_proxies() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        sentence = "ALLOWED_HOSTS has *: clients can choose the host name that links have."
        yield Warning(sentence, id="config.W036")
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        sentence = (
            "SECURE_SSL_REDIRECT is on but NUM_PROXIES is 0. The server only speaks plain HTTP, so "
            "it redirects forever: set the number of proxies in front, or turn the redirect off."
        )
        yield Warning(sentence, id="config.W037")


def hsts_preload() -> Iterator[CheckMessage]:
    is_accepted = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and settings.SECURE_HSTS_SECONDS >= YEAR
    if settings.SECURE_HSTS_PRELOAD and not is_accepted:
        sentence = (
            "SECURE_HSTS_PRELOAD has no effect without SECURE_HSTS_INCLUDE_SUBDOMAINS and "
            f"SECURE_HSTS_SECONDS of {YEAR} or more: preload lists require both."
        )
        yield Warning(sentence, id="config.W038")
