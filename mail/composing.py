"""Composing mails: each kind of mail has a composer, which an app above this one registers.

A composer reads what is true at the moment of sending. A mail that nobody should get any more is
not composed, and so never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from mail.defang import defang, one_line
from mail.models import Mail

Composer = Callable[[Mail], EmailMultiAlternatives | None]
# Filled by the apps above, in `ready()`.
COMPOSERS: dict[str, Composer] = {}


def compose(mail: Mail, now: datetime) -> EmailMultiAlternatives | None:
    """Return the mail, composed of current data; None if it has expired or nobody should get it."""
    if mail.expires_at is not None and mail.expires_at <= now:
        return None
    return COMPOSERS[mail.kind](mail)


def letter(
    mail: Mail,
    user: Any,
    template: str,
    context: Mapping[str, Any],
    *,
    to: str = "",
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return a mail to one person, as plain text and HTML.

    It addresses them by username: a stranger who registers with somebody else's address could put
    any text into the first name.

    Args:
        template: the path of the templates, without `.txt` and `.html`.
        to: an address to use instead of the person's.
    """
    subject = defang(mail.subject)
    context = {**context, "title": subject, "name": defang(one_line(user.username))}
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}.txt", context),
        to=[to or user.email],
        headers={
            "Message-ID": message_id(mail),
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
        },
    )
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def message_id(mail: Mail) -> str:
    """Return the same id at every try, so that mail programs recognise duplicates after a crash."""
    written = int(mail.created_at.timestamp())
    return f"<{mail.kind}.{mail.pk}.{written}@{urlsplit(settings.PUBLIC_URL).hostname}>"
