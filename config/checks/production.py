"""What the deploy check says of a production server that is half configured."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.http.request import validate_host

from config.checks.addresses import LOOPBACK, host_of, is_local

YEAR = 31_536_000


@register(deploy=True)
def mails_arrive(**kwargs: Any) -> list[CheckMessage]:
    return [*mail_server(), *sender(), *links_in_mails()]


def mail_server() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        sentence = (
            "EMAIL_URL names no mail server: nobody gets a mail, and printed ones have links."
        )
        yield Warning(sentence, id="config.W040")
    # What EMAIL_URL is unless it is set; without a host it means the same.
    elif (settings.EMAIL_HOST or "localhost", settings.EMAIL_PORT or 25) == ("localhost", 25):
        sentence = (
            "EMAIL_URL isn't set, so mails go to port 25 of this machine. If a mail server is "
            "there, say so: smtp://127.0.0.1:25."
        )
        yield Warning(sentence, id="config.W030")
    if bool(settings.EMAIL_HOST_USER) != bool(settings.EMAIL_HOST_PASSWORD):
        sentence = "EMAIL_URL has a user without a password, or the other way round: no sign-in."
        yield Warning(sentence, id="config.W041")
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in LOOPBACK
    if settings.EMAIL_HOST_PASSWORD and not encrypted:
        sentence = "EMAIL_URL sends its password in the clear: use smtp+tls:// or smtp+ssl://."
        yield Warning(sentence, id="config.W042")


def sender() -> Iterator[CheckMessage]:
    name, _, host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")
    if not name or host in {"", "localhost"}:
        sentence = "DEFAULT_FROM_EMAIL has no address that mail servers take: they ask for a host."
        yield Warning(sentence, id="config.W031")


def links_in_mails() -> Iterator[CheckMessage]:
    if is_local(settings.FRONTEND_URL):
        sentence = "FRONTEND_URL is this machine's own: links in mails would lead nowhere."
        yield Warning(sentence, id="config.W032")
    elif urlsplit(settings.FRONTEND_URL).scheme != "https":
        sentence = "FRONTEND_URL isn't https://: links that set a password would go in the clear."
        yield Warning(sentence, id="config.W039")
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        sentence = "PUBLIC_URL isn't https://: addresses in mails would be sent in the clear."
        yield Warning(sentence, id="config.W033")
    if not is_local(settings.PUBLIC_URL) and not validate_host(
        host_of(settings.PUBLIC_URL), settings.ALLOWED_HOSTS
    ):
        sentence = (
            "ALLOWED_HOSTS hasn't the host of PUBLIC_URL (a name alone, without https:// or a "
            "port): whoever follows a link in a mail is refused."
        )
        yield Warning(sentence, id="config.W043")


@register(deploy=True)
def many_processes_agree(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.REDIS_URL:
        sentence = (
            "REDIS_URL isn't set: each process counts limits for itself and pushes only what it "
            "has written itself, and there are no Celery tasks."
        )
        found.append(Warning(sentence, id="config.W034"))
    elif settings.PUSH_PORT == settings.PORT:
        sentence = "PUSH_PORT is PORT: REST and live push can't listen at the same one."
        found.append(Warning(sentence, id="config.W044"))
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
