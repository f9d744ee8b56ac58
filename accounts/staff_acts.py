"""What staff do to people's accounts and mails. Each act is in the log of staff acts, in its own
transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import services, tokens
from accounts.models import Mail, User
from core.errors import APIError, declare
from core.retries import LEASE
from core.staff_log import log_staff_act

ALREADY_DEACTIVATED = declare("already_deactivated", 400, "This account is deactivated already.")
ERASED_FOR_GOOD = declare("erased_for_good", 400, "This account was erased, for good.")
ALREADY_ACTIVE = declare("already_active", 400, "This account is active already.")
NOT_ONESELF = declare("not_oneself", 400, "Nobody deactivates their own account here.")
NOT_STAFF = declare("not_staff", 403, "Only superusers do this to members of the staff.")
MAIL_SENT = declare("mail_sent", 400, "This mail was sent already.")
MAIL_EXPIRED = declare("mail_expired", 400, "This mail has expired: it isn't sent any more.")
MAIL_TRIED_SOON = declare(
    "mail_tried_soon", 400, "This mail is being sent now, or is tried within five minutes anyway."
)

# What else is cleared away of somebody who is thrown out. Apps above this one append functions
# `(person, *, by, now, reason) -> str` when they are ready: this one can't import them. Each says
# what it has done, and works in transactions of its own.
CLEARINGS: list[Callable[..., str]] = []


def deactivate(person: User, *, by: User, now: datetime, reason: str, clear: bool) -> str:
    """Close an account: every token and sign-in ends, everywhere, and open sockets with them.

    Args:
        reason: for the log and, with `clear`, for those in the person's sessions.
        clear: also cancel the sessions that they offer, free their places and withdraw their
            requests. That can be done again, also when the account is closed already.

    Returns:
        What was cleared away, as a sentence; "" if nothing was to be.

    Raises:
        APIError: 400 if it is closed already or one's own; 403 if it is another staff member's,
            and one isn't a superuser.
    """
    check_may_touch(person, by=by)
    if person == by:
        raise APIError(NOT_ONESELF)
    with transaction.atomic():
        row = lock_person(person)
        if row.is_active:
            services.deactivate(row)
            log_staff_act(row, by=by, now=now, what="Deactivated", reason=reason)
        elif not clear:
            raise APIError(ALREADY_DEACTIVATED)
    if not clear:
        return ""
    return " ".join(done(row, by=by, now=now, reason=reason) for done in CLEARINGS)


def reactivate(person: User, *, by: User, now: datetime) -> None:
    """Open an account again; what was issued before stays dead.

    Raises:
        APIError: 400 if it is open or was erased; 403 as for `deactivate`.
    """
    check_may_touch(person, by=by)
    with transaction.atomic():
        row = lock_person(person)
        if row.erased_at is not None:
            raise APIError(ERASED_FOR_GOOD)
        if row.is_active:
            raise APIError(ALREADY_ACTIVE)
        User.objects.filter(pk=row.pk).update(is_active=True)
        log_staff_act(row, by=by, now=now, what="Reactivated")


def sign_out(person: User, *, by: User, now: datetime) -> None:
    """End every token and sign-in of a person, whose password stays good.

    Raises:
        APIError: 403 as for `deactivate`.
    """
    check_may_touch(person, by=by)
    with transaction.atomic():
        tokens.sign_out_everywhere(person)
        log_staff_act(person, by=by, now=now, what="Signed out everywhere")


def may_touch(person: User, *, by: Any) -> bool:
    """Is the account no staff member's, or is it a superuser who wants to do something to it?"""
    return bool(by.is_superuser) or not (person.is_staff or person.is_superuser)


def check_may_touch(person: User, *, by: User) -> None:
    if not may_touch(person, by=by):
        raise APIError(NOT_STAFF)


def lock_person(person: User) -> User:
    """The row as it is now, held until the transaction ends."""
    row: User = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return row


def resend(mail: Mail, *, by: User, now: datetime) -> None:
    """Have a mail that was given up, or waits after failures, tried at once, and as often as a
    new one.

    Raises:
        APIError: 400 if it was sent, has expired, or is being tried.
    """
    with transaction.atomic():
        row = Mail.objects.select_for_update(no_key=True).filter(pk=mail.pk).first()
        check_unsent(row, now)
        Mail.objects.filter(pk=mail.pk).update(attempts=0, next_try_at=now)
        log_staff_act(mail, by=by, now=now, what="Tried again")


def check_unsent(mail: Mail | None, now: datetime) -> None:
    if mail is None or (mail.expires_at is not None and mail.expires_at <= now):
        raise APIError(MAIL_EXPIRED)  # an expired one is deleted when it is to be sent
    if mail.sent_at is not None:
        raise APIError(MAIL_SENT)
    if mail.next_try_at is not None and mail.next_try_at <= now + LEASE:
        raise APIError(MAIL_TRIED_SOON)
