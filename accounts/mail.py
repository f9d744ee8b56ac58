"""Sending waiting mails: write each one and hand it to the mail server."""

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
from core.db.retries import PermanentFailure, work_off
from core.defang import defang, one_line
from core.observability import metrics

# The server refuses one mail, but accepts others on the same connection.
REFUSALS = (SMTPSenderRefused, SMTPRecipientsRefused, SMTPDataError)
GOODBYE = 421
# Permanent errors: the server will never accept this mail (RFC 5321: 5yz).
FOR_GOOD = range(500, 600)
# It requires authentication: our settings are wrong, and can be fixed before the next try.
SIGN_IN_FIRST = 530


class ServerDownError(Exception):
    """The mail server failed an earlier mail of this batch."""


def send_waiting(now: datetime) -> int:
    """Send the due mails, and delete those that nobody should get any more. Returns the number of
    mails processed."""
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
    """One connection for all mails of a batch. If the server is down or hangs, the remaining mails
    fail at once, instead of each waiting for a timeout."""

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
        """Hand one mail to the server.

        Raises:
            OSError: the server or the network failed.
            PermanentFailure: the server refused this mail permanently.
            ServerDownError: the server was not contacted, since it failed before.
        """
        if self.is_down:
            raise ServerDownError("The mail server is down or hangs; trying again later.")
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
        # Some servers close a connection after a number of mails: one that took none is down.
        self.has_delivered = False
        self.send(message)

    def hand_over(self, message: EmailMultiAlternatives) -> None:
        self.backend.open()
        self.backend.send_messages([message])
        self.has_delivered = True


Refusal = SMTPResponseException | SMTPRecipientsRefused


def says_goodbye(refusal: Refusal) -> bool:
    """Whether the server closes the connection (421), regardless of the mail."""
    return GOODBYE in codes(refusal)


def is_for_good(refusal: Refusal) -> bool:
    """Whether the server would refuse this mail again. A refused sender doesn't count: all mails
    have the same one, so the settings are wrong and can be fixed before the next try."""
    if isinstance(refusal, SMTPSenderRefused):
        return False
    return all(code in FOR_GOOD and code != SIGN_IN_FIRST for code in codes(refusal))


def codes(refusal: Refusal) -> list[int]:
    """Return the server's reply codes, one for each refused recipient if it refused those."""
    if isinstance(refusal, SMTPRecipientsRefused):
        return [code for code, _ in refusal.recipients.values()]
    return [refusal.smtp_code]


def write(mail: Mail, now: datetime) -> EmailMultiAlternatives | None:
    """Return the mail, written for the user's current data; None if nobody should get it."""
    if mail.expires_at is not None and mail.expires_at <= now:
        return None
    return WRITERS[Mail.Kind(mail.kind)](mail)


def write_notification(mail: Mail) -> EmailMultiAlternatives | None:
    """The texts contain words of other users: links in them are defused, only ours work."""
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
    """Return a link to a page of the frontend, its parts, and its lifetime in hours."""
    parts = {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": token}
    return parts | {
        "link": f"{settings.FRONTEND_URL}/{page}?{urlencode(parts)}",
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }


def write_email_change(mail: Mail) -> EmailMultiAlternatives | None:
    """To the new address, if it is still waiting to be confirmed."""
    user = User.objects.active().filter(pk=mail.user_id, pending_email=mail.address).first()
    if user is None:
        return None
    context = link_context(user, "confirm-email", email_links.make_token(user))
    return letter(mail, user, "email_change", context, to=mail.address)


def write_email_confirmation(mail: Mail) -> EmailMultiAlternatives | None:
    """To the address for which mails were turned on, if they still are."""
    wanting = User.objects.active().filter(email_notifications=True)
    user = wanting.filter(pk=mail.user_id, email=mail.address).first()
    if user is None or user.mails_confirmed:
        return None
    context = link_context(user, "confirm-email", mails_links.make_token(user))
    return letter(mail, user, "email_confirmation", context)


def write_email_notice(mail: Mail) -> EmailMultiAlternatives | None:
    """To the old address, which may have been replaced already."""
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
    """Return a mail to one person, as plain text and HTML.

    It addresses them by username: a stranger who registers with somebody else's address could put
    any text into the first name.

    Args:
        to: an address to use instead of the person's.
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
    """Return the same id at every try, so that mail programs recognise duplicates after a crash."""
    written = int(mail.created_at.timestamp())
    return f"<{mail.kind}.{mail.pk}.{written}@{urlsplit(settings.PUBLIC_URL).hostname}>"
