"""Changing what one says of oneself, and confirming a new e-mail address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import tokens
from accounts.models import Mail, User
from accounts.querysets import fold
from accounts.services.accounts import check_free, user_of
from core.errors import TOKEN_NOT_VALID, APIError, declare

EMAIL_LINK_INVALID = declare(
    "email_link_invalid", 400, "This link was used or is too old: change the address again."
)


def update_profile(*, by: User, now: datetime, **changes: Any) -> User:
    """Change one's own names, e-mail address or time zone. With `EMAIL_CONFIRMATION` a new address
    waits in `pending_email` until the mail that goes there is answered, and the old one is told.

    Raises:
        APIError: 400 if the address is taken; 401 if the token was ended since it was looked at: a
            body may come slowly, and neither an erased name may come back with it, nor an address
            of whoever was signed out.
    """
    email = changes.get("email")
    check_free(email=email, but=by.pk)
    asks = needs_confirmation(by, email)
    if asks:
        changes["pending_email"] = changes.pop("email")
    row = User.objects.active().filter(
        pk=by.pk, password=by.password, token_generation=by.token_generation
    )
    try:
        with transaction.atomic():
            if changes and not row.update(**changes):
                raise APIError(TOKEN_NOT_VALID)
            if asks:
                _mail_about_new_email(by, changes["pending_email"], now=now)
    except IntegrityError:  # somebody took the address since the check
        check_free(email=email, but=by.pk)
        raise
    for name, value in changes.items():
        setattr(by, name, value)
    return by


def needs_confirmation(user: User, email: str | None) -> bool:
    """Is this another address than theirs, which has to be shown to be theirs first?"""
    return settings.EMAIL_CONFIRMATION and email is not None and fold(email) != fold(user.email)


def _mail_about_new_email(user: User, email: str, *, now: datetime) -> None:
    """The link to the new address; and a word to the old one, in case it was somebody else."""
    common: dict[str, Any] = {"user": user, "created_at": now, "next_try_at": now}
    expires_at = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    Mail.objects.create(
        kind=Mail.Kind.EMAIL_CHANGE,
        address=email,
        subject="Confirm your new e-mail address",
        expires_at=expires_at,
        **common,
    )
    Mail.objects.create(
        kind=Mail.Kind.EMAIL_NOTICE,
        address=user.email,
        subject="Your e-mail address is to be changed",
        **common,
    )


def confirm_email(*, uid: str, token: str) -> None:
    """Put the new address in the place of the old one with what the mail said, once.

    Raises:
        APIError: 400 if the link is wrong, used or too old, or somebody else has the address now.
    """
    user = user_of(uid)
    if user is None or not user.pending_email or not tokens.email_links.check_token(user, token):
        raise APIError(EMAIL_LINK_INVALID)
    check_free(email=user.pending_email, but=user.pk)
    try:
        swapped = _swap_email(user)
    except IntegrityError:  # somebody took the address since the check
        check_free(email=user.pending_email, but=user.pk)
        raise
    if not swapped:
        raise APIError(EMAIL_LINK_INVALID)


def _swap_email(user: User) -> bool:
    """Compare-and-swap: False if anything that the link was bound to has changed since."""
    bound = ("email", "pending_email", "password", "token_generation")
    row = User.objects.active().filter(pk=user.pk, **{name: getattr(user, name) for name in bound})
    return bool(row.update(email=user.pending_email, pending_email=""))
