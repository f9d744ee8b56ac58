"""Deploy checks of mails."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.http.request import validate_host

from core.checks import LOOPBACK, host_of, is_local


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
