"""Registration, sign-in and passwords."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.http import urlsafe_base64_decode

from accounts import tokens
from accounts.models import Role, User
from accounts.querysets import fold
from accounts.services.attempts import attempts_as, check_own_password, remember_network
from accounts.tokens import TokenPair
from core.errors import VALIDATION_ERROR, APIError, declare, invalid
from core.push import recheck_on_commit
from mail.models import Mail

INSTRUCTOR_SIGNUP_CLOSED = declare(
    "instructor_signup_closed",
    403,
    "You can't register as an instructor here: ask the staff for an account.",
)
WRONG_CREDENTIALS = declare(
    "wrong_credentials", 401, "No active account has that username and password."
)
RESET_LINK_INVALID = declare(
    "reset_link_invalid", 400, "This link was used already or has expired: ask for a new one."
)


def register(
    *,
    username: str,
    email: str,
    password: str,
    role: str,
    network: str | None,
    now: datetime,
    **names: str,
) -> User:
    """Register an account.

    Args:
        network: the network of the request, which becomes a known network of the account.

    Raises:
        APIError: 403 if instructors can't register here; 400 if the name or address is taken or
            the password is weak.
    """
    check_sign_up(role)
    user = User(username=username, email=email, role=role, **names)
    check_password_strength(password, user, field="password")
    check_free(username=username, email=email)
    user.set_password(password)
    try:
        user.save()
    except IntegrityError:  # another user took it since the check
        check_free(username=username, email=email)
        raise
    remember_network(user, network, now=now)
    return user


def check_sign_up(role: Any) -> None:
    """Raise 403 for a role that users can't choose for themselves."""
    if role == Role.INSTRUCTOR and not settings.INSTRUCTOR_SIGNUP_OPEN:
        raise APIError(INSTRUCTOR_SIGNUP_CLOSED)


def check_free(*, username: str | None = None, email: str | None = None, but: Any = None) -> None:
    """Raise 400 if another user has this username or address, ignoring case."""
    others = User.objects.exclude(pk=but).with_either(username, email)
    taken = {}
    for other in others:
        if username is not None and fold(other.username) == fold(username):
            taken["username"] = ["This username is taken."]
        if email is not None and fold(other.email) == fold(email):
            taken["email"] = ["This e-mail address is taken."]
    if taken:
        raise APIError(VALIDATION_ERROR, fields=taken)


def check_password_strength(password: str, user: User, *, field: str) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise APIError(VALIDATION_ERROR, fields={field: error.messages}) from None


def sign_in(*, username: str, password: str, network: str | None, now: datetime) -> TokenPair:
    """Return tokens for a username or e-mail address and its password.

    Args:
        network: the network of the request.

    Raises:
        APIError: 401, the same for a wrong password, an unknown name and a deactivated account.
        Throttled: after too many failures, whether or not the account exists.
    """
    attempts = attempts_as(username, network)
    attempts.count()
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        raise APIError(WRONG_CREDENTIALS)
    attempts.succeed()
    remember_network(user, network, now=now)
    return tokens.issue(user)


def change_password(
    *, by: User, old_password: str, new_password: str, network: str | None = None
) -> TokenPair:
    """Set a new password, which revokes all tokens issued before, and return a new pair.

    Raises:
        APIError: 400 if the old password is wrong or the new one is weak.
        Throttled: if the old password was wrong too often.
    """
    check_own_password(by, old_password, field="old_password", network=network)
    check_password_strength(new_password, by, field="new_password")
    if not _swap_password(by, new_password):
        raise invalid("old_password", "The password was just changed elsewhere.")
    return tokens.issue(by)


def _swap_password(user: User, password: str, **changes: Any) -> bool:
    """Compare-and-swap: False if the password or the address has changed since it was read. Also
    cancels a pending e-mail change: a person who knew the old password may have requested it.

    Hashing is slow, so it is done before the row is locked.
    """
    hashed = make_password(password)
    with transaction.atomic():
        row = tokens.locked_person(user)
        if row is None or row.email != user.email:
            return False
        changes |= {"password": hashed, "pending_email": ""}
        User.objects.filter(pk=user.pk).update(**changes)
        recheck_on_commit(user.pk)
    user.password, user.pending_email = hashed, ""
    return True


def request_reset(email: str, *, now: datetime) -> None:
    """Queue a mail with a reset link for the owner of this address, if there is one. The owner is
    looked up when the mail is sent, so that neither the answer nor its time reveals whether the
    account exists."""
    Mail.objects.create(
        kind=Mail.Kind.PASSWORD_RESET,
        address=email,
        subject="Set a new password",
        created_at=now,
        next_try_at=now,
        expires_at=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )


def reset_password(
    *, uid: str, token: str, new_password: str, network: str | None, now: datetime
) -> None:
    """Set a new password with the link of a mail, once. This also confirms the address.

    Raises:
        APIError: 400 if the link is wrong, used or expired, or the password is weak.
    """
    user = user_of(uid)
    if user is None or not tokens.reset_links.check_token(user, token):
        raise APIError(RESET_LINK_INVALID)
    check_password_strength(new_password, user, field="new_password")
    if not _swap_password(user, new_password, email_confirmed=True):
        raise APIError(RESET_LINK_INVALID)
    remember_network(user, network, now=now)


def user_of(uid: str) -> User | None:
    """Return the active user that the `uid` of a mailed link names, or None."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    user: User | None = User.objects.active().filter(pk=pk).first()
    return user


def deactivate(user: User) -> None:
    """Close an account and revoke its tokens. Reopening it doesn't restore them."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    tokens.sign_out_everywhere(user)
    user.refresh_from_db()
