"""Sending a mail again from the admin. It is logged in the staff log, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from core.db.retries import LEASE
from core.errors import APIError, declare
from core.observability.staff_log import log_staff_act
from mail.models import Mail

MAIL_SENT = declare("mail_sent", 400, "This mail has already been sent.")
MAIL_EXPIRED = declare("mail_expired", 400, "This mail has expired and won't be sent.")
MAIL_TRIED_SOON = declare(
    "mail_tried_soon", 400, "This mail is being sent, or will be sent within five minutes."
)


def resend(mail: Mail, *, by: Any, now: datetime) -> None:
    """Queue a mail that failed for sending at once, with the attempts of a new mail.

    Raises:
        APIError: 400 if it was sent, has expired, is being sent, or is due within five minutes.
    """
    with transaction.atomic():
        row = Mail.objects.select_for_update(no_key=True).filter(pk=mail.pk).first()
        check_can_resend(row, now)
        Mail.objects.filter(pk=mail.pk).update(attempts=0, next_try_at=now)
        log_staff_act(mail, by=by, now=now, what="Tried again")


def check_can_resend(mail: Mail | None, now: datetime) -> None:
    if mail is None or (mail.expires_at is not None and mail.expires_at <= now):
        raise APIError(MAIL_EXPIRED)  # the job deletes expired mails, so a missing one has expired
    if mail.sent_at is not None:
        raise APIError(MAIL_SENT)
    if mail.next_try_at is not None and mail.next_try_at <= now + LEASE:
        raise APIError(MAIL_TRIED_SOON)
