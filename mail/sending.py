"""Sending waiting mails: compose each one and hand it to the mail server."""

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

from django.core.mail import EmailMultiAlternatives, get_connection

from core.db.retries import PermanentFailure, work_off
from core.observability import metrics
from mail.composing import compose
from mail.models import Mail

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
            message = compose(mail, now)
            if message is None:
                mail.delete()
                return
            with metrics.measure_call("mail", "send"):
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
