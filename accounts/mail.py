"""Sending the mails that wait: writing each, and handing it to the mail server."""

from __future__ import annotations

from datetime import datetime
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Mail, User
from accounts.tokens import email_links, mails_links, reset_links, unsubscribe_links
from core import metrics
from core.defang import defang, one_line
from core.retries import PermanentFailure, work_off

# What a server says of one mail; it takes others on the same connection.
REFUSALS = (SMTPSenderRefused, SMTPRecipientsRefused, SMTPDataError)
GOODBYE = 421
# It won't take a mail like this one, from anybody, at any time (RFC 5321: 5yz).
FOR_GOOD = range(500, 600)
# It wants a password first: our settings are at fault, and can be mended before the next try.
SIGN_IN_FIRST = 530


class ServerDownError(Exception):
    """The mail server failed a mail before this one."""


def send_waiting(now: datetime) -> int:
    """Send what is due, and drop what nobody is to get any more; how many that was."""
    with Connection() as connection:

        def attempt(mail: Mail) -> None:
            message = write(mail, now)
            if message is None:
                mail.delete()
                return
            with metrics.call("mail", "send"):
                connection.send(message)
            mail.sent_at, mail.next_try_at = now, None
            mail.save(update_fields=["sent_at", "next_try_at"])

        return work_off(Mail.objects.all(), attempt, now=now)


class Connection:
    """One connection for all mails of a batch. A server that is down or hangs is asked once: the
    other mails fail at once, instead of waiting for it one after another."""

    def __init__(self) -> None:
        self.backend: Any = get_connection()
        self.has_delivered = self.is_down = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.backend.close()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand over one mail.

        Raises:
            OSError: what the server or the way to it said.
            PermanentFailure: the server refused this mail for good.
            ServerDownError: it wasn't asked.
        """
        if self.is_down:
            raise ServerDownError("The mail server is down or hangs; it is asked again later.")
        try:
            self.hand_over(message)
            return
        except OSError as error:
            if isinstance(error, REFUSALS) and not says_goodbye(error):
                if is_for_good(error):
                    raise PermanentFailure(f"refused with {codes(error)}") from error
                raise
            self.backend.close()
            self.is_down = not self.has_delivered
            if self.is_down:
                raise
        # Some servers end a connection after so many mails: only one that takes none is down.
        self.has_delivered = False
        self.send(message)

    def hand_over(self, message: EmailMultiAlternatives) -> None:
        self.backend.open()
        self.backend.send_messages([message])
        self.has_delivered = True


Refusal = SMTPResponseException | SMTPRecipientsRefused


def says_goodbye(refusal: Refusal) -> bool:
    """Does the server end the connection, whatever it thinks of the mail (421)?"""
    return GOODBYE in codes(refusal)


def is_for_good(refusal: Refusal) -> bool:
    """Would it refuse this mail at the next try, too? A sender that it refuses is the same for all
    mails, and so a mistake in the settings, to be mended before the next try."""
    if isinstance(refusal, SMTPSenderRefused):
        return False
    return all(code in FOR_GOOD and code != SIGN_IN_FIRST for code in codes(refusal))


def codes(refusal: Refusal) -> list[int]:
    """What the server answered, for each recipient if it was about them."""
    if isinstance(refusal, SMTPRecipientsRefused):
        return [code for code, _ in refusal.recipients.values()]
    return [refusal.smtp_code]


def write(mail: Mail, now: datetime) -> EmailMultiAlternatives | None:
    """The mail as it is sent to the person as they are now; None if nobody is to get it."""
    if mail.expires_at is not None and mail.expires_at <= now:
        return None
    return WRITERS[Mail.Kind(mail.kind)](mail)


def write_notification(mail: Mail) -> EmailMultiAlternatives | None:
    """What people have written is in it, so that it tells no link but ours."""
    user = User.objects.wanting_mails().filter(pk=mail.user_id).first()
    if user is None:
        return None
    path = reverse("mails-unsubscribe", args=[unsubscribe_links.sign(str(user.pk))])
    unsubscribe = f"{settings.PUBLIC_URL}{path}"
    context = {
        "message": defang(mail.message),
        "link": f"{settings.FRONTEND_URL}/sessions/{mail.session_id}" if mail.session_id else "",
        "unsubscribe": unsubscribe,
    }
    headers = {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return letter(mail, user, "mail", context, headers=headers)


def write_password_reset(mail: Mail) -> EmailMultiAlternatives | None:
    user = User.objects.active().with_email(mail.address).first()
    if user is None:
        return None
    context = link_context(user, "reset-password", reset_links.make_token(user))
    return letter(mail, user, "password_reset", context)


def link_context(user: User, page: str, token: str) -> dict[str, Any]:
    """A link to a page of the frontend, its parts, and for how many hours it works."""
    parts = {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": token}
    return parts | {
        "link": f"{settings.FRONTEND_URL}/{page}?{urlencode(parts)}",
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }


def write_email_change(mail: Mail) -> EmailMultiAlternatives | None:
    """To the new address, while it is still the one that is waited for."""
    user = User.objects.active().filter(pk=mail.user_id, pending_email=mail.address).first()
    if user is None:
        return None
    context = link_context(user, "confirm-email", email_links.make_token(user))
    return letter(mail, user, "email_change", context, to=mail.address)


def write_email_confirmation(mail: Mail) -> EmailMultiAlternatives | None:
    """To the address for which mails were turned on, while they are."""
    wanting = User.objects.active().filter(email_notifications=True)
    user = wanting.filter(pk=mail.user_id, email=mail.address).first()
    if user is None or user.mails_confirmed:
        return None
    context = link_context(user, "confirm-email", mails_links.make_token(user))
    return letter(mail, user, "email_confirmation", context)


def write_email_notice(mail: Mail) -> EmailMultiAlternatives | None:
    """To the old address, which may be the old one already."""
    user = User.objects.active().filter(pk=mail.user_id).first()
    return user and letter(mail, user, "email_notice", {}, to=mail.address)


WRITERS = {
    Mail.Kind.NOTIFICATION: write_notification,
    Mail.Kind.REMINDER: write_notification,
    Mail.Kind.PASSWORD_RESET: write_password_reset,
    Mail.Kind.EMAIL_CHANGE: write_email_change,
    Mail.Kind.EMAIL_NOTICE: write_email_notice,
    Mail.Kind.EMAIL_CONFIRMATION: write_email_confirmation,
}


def letter(
    mail: Mail,
    user: User,
    template: str,
    context: dict[str, Any],
    *,
    to: str = "",
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A mail to one person, as plain text and as HTML.

    It calls them by their user name: a stranger who has registered with somebody's address could
    say anything in a first name.

    Args:
        to: another address than the person's.
    """
    subject = defang(mail.subject)
    context |= {"title": subject, "name": defang(one_line(user.username))}
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"accounts/{template}.txt", context),
        to=[to or user.email],
        headers={
            "Message-ID": message_id(mail),
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
        },
    )
    message.attach_alternative(render_to_string(f"accounts/{template}.html", context), "text/html")
    return message


def message_id(mail: Mail) -> str:
    """The same at every try, so that a mail program can tell a second sending after a crash."""
    written = int(mail.created_at.timestamp())
    return f"<{mail.kind}.{mail.pk}.{written}@{urlsplit(settings.PUBLIC_URL).hostname}>"
