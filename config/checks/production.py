"""Deploy checks for a production server that is incompletely configured."""

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
def check_mails(**kwargs: Any) -> list[CheckMessage]:
    return [*mail_server(), *sender(), *links_in_mails()]


def mail_server() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        sentence = (
            "EMAIL_URL names no mail server: no mails are sent, and printed ones show secret links."
        )
        yield Warning(sentence, id="config.W040")
    # The default of EMAIL_URL; an EMAIL_URL without a host means the same.
    elif (settings.EMAIL_HOST or "localhost", settings.EMAIL_PORT or 25) == ("localhost", 25):
        sentence = (
            "EMAIL_URL isn't set, so mails go to port 25 of this machine. If a mail server "
            "runs there, set it to smtp://127.0.0.1:25."
        )
        yield Warning(sentence, id="config.W030")
    if bool(settings.EMAIL_HOST_USER) != bool(settings.EMAIL_HOST_PASSWORD):
        sentence = "EMAIL_URL has only one of user and password, so there is no sign-in."
        yield Warning(sentence, id="config.W041")
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in LOOPBACK
    if settings.EMAIL_HOST_PASSWORD and not encrypted:
        sentence = "EMAIL_URL sends its password unencrypted: use smtp+tls:// or smtp+ssl://."
        yield Warning(sentence, id="config.W042")


def sender() -> Iterator[CheckMessage]:
    name, _, host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")
    if not name or host in {"", "localhost"}:
        sentence = "DEFAULT_FROM_EMAIL has no host name in its address: mail servers refuse that."
        yield Warning(sentence, id="config.W031")


def links_in_mails() -> Iterator[CheckMessage]:
    if is_local(settings.FRONTEND_URL):
        sentence = "FRONTEND_URL is an address of this machine only: links in mails won't work."
        yield Warning(sentence, id="config.W032")
    elif urlsplit(settings.FRONTEND_URL).scheme != "https":
        sentence = "FRONTEND_URL isn't https://: links that set a password would be unencrypted."
        yield Warning(sentence, id="config.W039")
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        sentence = "PUBLIC_URL isn't https://: links in mails would be unencrypted."
        yield Warning(sentence, id="config.W033")
    if not is_local(settings.PUBLIC_URL) and not validate_host(
        host_of(settings.PUBLIC_URL), settings.ALLOWED_HOSTS
    ):
        sentence = (
            "ALLOWED_HOSTS doesn't have the host of PUBLIC_URL (only the name, without https:// or "
            "a port): links in mails are refused."
        )
        yield Warning(sentence, id="config.W043")


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
