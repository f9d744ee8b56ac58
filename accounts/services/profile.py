"""Changing your own profile, and confirming e-mail addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import tokens
from accounts.models import User
from accounts.querysets import fold
from accounts.services.accounts import check_free, user_of
from accounts.services.attempts import check_own_password, limit_key
from core.api import throttling
from core.errors import TOKEN_NOT_VALID, APIError, declare
from mail.models import Mail

EMAIL_LINK_INVALID = declare(
    "email_link_invalid",
    400,
    "This link was used already or has expired: change the address or turn mails on again.",
)


def update_profile(
    *,
    by: User,
    now: datetime,
    network: str | None = None,
    password: str | None = None,
    **changes: Any,
) -> User:
    """Change the user's own names, e-mail address, time zone or mail setting.

    With `EMAIL_CONFIRMATION` a new address waits in `pending_email` until the link mailed to it is
    opened, and the old address gets a notice. To turn mails on, the user has to open a mailed link
    first, unless the address is confirmed already.

    Args:
        network: the network of the request.
        password: needed only for a new address.

    Raises:
        APIError: 400 if the password is wrong or the address is taken; 401 if the token was
            revoked since it was checked: a slow request must not restore an erased name, or set
            an address after the user was signed out.
        Throttled: after too many wrong passwords or requested mails.
    """
    email = changes.get("email")
    moves = email is not None and fold(email) != fold(by.email)
    if moves:
        check_own_password(by, password, field="password", network=network)
    check_free(email=email, but=by.pk)
    mails = _mails_about_email(by, changes, moves=moves, now=now)
    for mail in mails:
        if mail.kind != Mail.Kind.EMAIL_NOTICE:
            for key in (str(by.pk), limit_key(mail.address)):
                throttling.count("email_change", key)
    if moves and settings.EMAIL_CONFIRMATION:
        changes["pending_email"] = changes.pop("email")
    elif moves:
        changes |= {"email_confirmed": False, "mails_refused": False}
    try:
        with transaction.atomic():
            if changes:
                if tokens.locked_person(by) is None:
                    raise APIError(TOKEN_NOT_VALID)
                User.objects.filter(pk=by.pk).update(**changes)
            Mail.objects.bulk_create(mails)
    except IntegrityError:  # another user took the address since the check
        check_free(email=email, but=by.pk)
        raise
    for name, value in changes.items():
        setattr(by, name, value)
    return by


def _mails_about_email(
    user: User, changes: dict[str, Any], *, moves: bool, now: datetime
) -> list[Mail]:
    """Return the mails that these changes require: a link to a new address and a notice to the old
    one, in case somebody else did it; or a link to the address that mails are turned on for."""
    if not settings.EMAIL_CONFIRMATION:
        return []
    common: dict[str, Any] = {"user": user, "created_at": now, "next_try_at": now}
    link = common | {"expires_at": now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)}
    if moves:
        return [
            Mail(
                kind=Mail.Kind.EMAIL_CHANGE,
                address=changes["email"],
                subject="Confirm your new e-mail address",
                **link,
            ),
            Mail(
                kind=Mail.Kind.EMAIL_NOTICE,
                address=user.email,
                subject="Your e-mail address is to be changed",
                **common,
            ),
        ]
    turns_on = changes.get("email_notifications") and not user.email_notifications
    if turns_on and not user.mails_confirmed:
        return [
            Mail(
                kind=Mail.Kind.EMAIL_CONFIRMATION,
                address=changes.get("email", user.email),
                subject="Confirm that you want mails",
                **link,
            )
        ]
    return []


def confirm_email(*, uid: str, token: str) -> None:
    """Confirm an address with a mailed link, which works once: the new address replaces the old
    one, or mails may be sent to the address.

    Raises:
        APIError: 400 if the link is wrong, used or expired, or another user has the address now.
    """
    user = user_of(uid)
    if user is None:
        raise APIError(EMAIL_LINK_INVALID)
    if user.pending_email and tokens.email_links.check_token(user, token):
        confirmed = _confirm_new_email(user)
    else:
        confirmed = tokens.mails_links.check_token(user, token) and _confirm_mails(user)
    if not confirmed:
        raise APIError(EMAIL_LINK_INVALID)


def _confirm_new_email(user: User) -> bool:
    check_free(email=user.pending_email, but=user.pk)
    try:
        return _swap_email(user)
    except IntegrityError:  # another user took the address since the check
        check_free(email=user.pending_email, but=user.pk)
        raise


def _swap_email(user: User) -> bool:
    """Compare-and-swap: False if anything that the link depends on has changed since."""
    with transaction.atomic():
        row = tokens.locked_person(user)
        if row is None or (row.email, row.pending_email) != (user.email, user.pending_email):
            return False
        User.objects.filter(pk=user.pk).update(
            email=user.pending_email, pending_email="", email_confirmed=True, mails_refused=False
        )
    return True


def _confirm_mails(user: User) -> bool:
    """Compare-and-swap, as above."""
    bound = ("email", "email_confirmed", "mails_refused")
    with transaction.atomic():
        row = tokens.locked_person(user)
        if row is None or any(getattr(row, name) != getattr(user, name) for name in bound):
            return False
        User.objects.filter(pk=user.pk).update(email_confirmed=True, mails_refused=False)
    return True
