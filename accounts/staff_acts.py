"""Actions of staff on accounts. Each is logged in the staff log, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import services, tokens
from accounts.models import User
from core.errors import APIError, declare
from core.observability.staff_log import log_staff_act

ALREADY_DEACTIVATED = declare("already_deactivated", 400, "This account is already deactivated.")
ERASED_FOR_GOOD = declare("erased_for_good", 400, "This account was erased permanently.")
ALREADY_ACTIVE = declare("already_active", 400, "This account is already active.")
NOT_ONESELF = declare("not_oneself", 400, "You can't deactivate your own account.")
NOT_STAFF = declare("not_staff", 403, "Only superusers can do this to staff accounts.")

# Further clean-up when a person is deactivated. Apps above this one, which it can't import, append
# functions `(person, *, by, now, reason) -> str` in `ready()`. Each returns a sentence about what
# it has done, and uses its own transactions.
CLEARINGS: list[Callable[..., str]] = []


def deactivate(person: User, *, by: User, now: datetime, reason: str, clear: bool) -> str:
    """Close an account, revoke all its tokens and sign-ins, and close its sockets.

    Args:
        reason: for the log and, with `clear`, for the people in the person's sessions.
        clear: also cancel the sessions that they offer, free their places and withdraw their
            requests. This can be repeated, even if the account is already closed.

    Returns:
        Sentences about what was cleared; "" without `clear`.

    Raises:
        APIError: 400 if it is already closed or the caller's own; 403 if it is a staff account and
            the caller isn't a superuser.
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
    """Reopen an account. Tokens issued before stay revoked.

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
    """Revoke all tokens and sign-ins of a person. Their password stays valid.

    Raises:
        APIError: 403 as for `deactivate`.
    """
    check_may_touch(person, by=by)
    with transaction.atomic():
        tokens.sign_out_everywhere(person)
        log_staff_act(person, by=by, now=now, what="Signed out everywhere")


def may_touch(person: User, *, by: Any) -> bool:
    """Whether `by` may act on this account: on staff accounts only superusers may."""
    return bool(by.is_superuser) or not (person.is_staff or person.is_superuser)


def check_may_touch(person: User, *, by: User) -> None:
    if not may_touch(person, by=by):
        raise APIError(NOT_STAFF)


def lock_person(person: User) -> User:
    """Return the current row, locked until the transaction ends."""
    row: User = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return row
