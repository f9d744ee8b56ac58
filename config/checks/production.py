"""What the deploy check says of a production server that is half configured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from config.checks.addresses import is_local

YEAR = 31_536_000


@register(deploy=True)
def mails_arrive(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    # What EMAIL_URL is unless it is set.
    if (settings.EMAIL_HOST, settings.EMAIL_PORT) == ("localhost", 25):
        sentence = (
            "EMAIL_URL isn't set, so mails go to port 25 of this machine. If a mail server is "
            "there, say so: smtp://127.0.0.1:25."
        )
        found.append(Warning(sentence, id="config.W030"))
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost>"):
        sentence = "DEFAULT_FROM_EMAIL isn't set: mail servers refuse a sender at localhost."
        found.append(Warning(sentence, id="config.W031"))
    if is_local(settings.FRONTEND_URL):
        sentence = "FRONTEND_URL is this machine's own: links in mails would lead nowhere."
        found.append(Warning(sentence, id="config.W032"))
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        sentence = "PUBLIC_URL isn't https://: addresses in mails would be sent in the clear."
        found.append(Warning(sentence, id="config.W033"))
    return found


@register(deploy=True)
def many_processes_agree(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.REDIS_URL:
        sentence = (
            "REDIS_URL isn't set: each process counts limits for itself and pushes only what it "
            "has written itself, and there are no Celery tasks."
        )
        found.append(Warning(sentence, id="config.W034"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        sentence = "DATABASE_URL is SQLite, which serves one machine, and one writer at a time."
        found.append(Warning(sentence, id="config.W035"))
    return found


@register(deploy=True)
def https_makes_sense(**kwargs: Any) -> list[CheckMessage]:
    return [*hosts_and_proxies(), *preloading()]


def hosts_and_proxies() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        sentence = "ALLOWED_HOSTS has *: whoever sends a request chooses the host of its links."
        yield Warning(sentence, id="config.W036")
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        sentence = (
            "SECURE_SSL_REDIRECT is on and NUM_PROXIES is 0. The servers here speak plain HTTP, so "
            "they redirect without end: say how many proxies are in front, or turn it off."
        )
        yield Warning(sentence, id="config.W037")


def preloading() -> Iterator[CheckMessage]:
    takes = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and settings.SECURE_HSTS_SECONDS >= YEAR
    if settings.SECURE_HSTS_PRELOAD and not takes:
        sentence = (
            "SECURE_HSTS_PRELOAD means nothing without SECURE_HSTS_INCLUDE_SUBDOMAINS and "
            f"SECURE_HSTS_SECONDS of {YEAR} or more: browsers' lists take no less."
        )
        yield Warning(sentence, id="config.W038")
