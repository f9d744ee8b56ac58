"""Opening accounts, signing in, passwords."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.db import IntegrityError, transaction
from django.utils.http import urlsafe_base64_decode

from accounts import tokens
from accounts.models import Mail, Role, User
from accounts.querysets import fold
from accounts.services.attempts import attempts_as, check_own_password, remember_network
from accounts.tokens import TokenPair
from core.errors import VALIDATION_ERROR, APIError, declare, invalid
from core.push import recheck_on_commit

INSTRUCTOR_SIGNUP_CLOSED = declare(
    "instructor_signup_closed", 403, "Instructors can't sign up here: ask the staff."
)
WRONG_CREDENTIALS = declare(
    "wrong_credentials", 401, "No active account has that username and password."
)
RESET_LINK_INVALID = declare(
    "reset_link_invalid", 400, "This link was used or is too old: ask for a new one."
)
UNSUBSCRIBE_LINK_INVALID = declare(
    "unsubscribe_link_invalid", 404, "This link is not whole: copy all of it from the mail."
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
    """Open an account.

    Args:
        network: where the request comes from; the account is known from there.

    Raises:
        APIError: 403 if instructors can't sign up here; 400 if the name or address is taken or
            the password is weak.
    """
    check_sign_up(role)
    user = User(username=username, email=email, role=role, **names)
    check_password_strength(password, user, field="password")
    check_free(username=username, email=email)
    user.set_password(password)
    try:
        user.save()
    except IntegrityError:  # somebody took it since the check
        check_free(username=username, email=email)
        raise
    remember_network(user, network, now=now)
    return user


def check_sign_up(role: Any) -> None:
    """Raise 403 for a role that people can't give themselves here."""
    if role == Role.INSTRUCTOR and not settings.INSTRUCTOR_SIGNUP_OPEN:
        raise APIError(INSTRUCTOR_SIGNUP_CLOSED)


def check_free(*, username: str | None = None, email: str | None = None, but: Any = None) -> None:
    """Raise 400 for a user name or an address that another person has, compared without case."""
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
    """Tokens for a user name or e-mail address and its password.

    Args:
        network: where the request comes from.

    Raises:
        APIError: 401, the same for a wrong password, an unknown name and a deactivated account.
        Throttled: if there were too many failures, whether or not there is such an account.
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
    """Set a new password, which ends every token issued before; the pair returned is new.

    Raises:
        APIError: 400 if the old password is wrong, or the new one weak.
        Throttled: if the old password was wrong too often.
    """
    check_own_password(by, old_password, field="old_password", network=network)
    check_password_strength(new_password, by, field="new_password")
    if not _swap_password(by, new_password):
        raise invalid("old_password", "The password was changed elsewhere just now.")
    return tokens.issue(by)


def _swap_password(user: User, password: str, **changes: Any) -> bool:
    """Compare-and-swap: False if the password or the address is no longer the one that was read. A
    new address is no longer waited for: whoever had the old password may have asked for it.

    Hashing takes long, so it happens before the database is asked for a lock.
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
    """Have a link mailed to the owner of this address, if there is one. It is looked for when the
    mail is sent, so that neither the answer nor its time tells whether there is."""
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
    """Set a new password with what the mail said, once. That shows whose the address is.

    Raises:
        APIError: 400 if the link is wrong, used or too old, or the password weak.
    """
    user = user_of(uid)
    if user is None or not tokens.reset_links.check_token(user, token):
        raise APIError(RESET_LINK_INVALID)
    check_password_strength(new_password, user, field="new_password")
    if not _swap_password(user, new_password, email_confirmed=True):
        raise APIError(RESET_LINK_INVALID)
    remember_network(user, network, now=now)


def user_of(uid: str) -> User | None:
    """Whom the `uid` of a mailed link names, if there is such an active person."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    user: User | None = User.objects.active().filter(pk=pk).first()
    return user


def turn_mails_off(token: str) -> None:
    """What the link at the foot of a mail does; again changes nothing. Whoever has the account's
    password, but not its mails, can't turn them on again.

    Raises:
        APIError: 404 if the token isn't one of ours.
    """
    User.objects.filter(pk=subscriber(token)).update(email_notifications=False, mails_refused=True)


def subscriber(token: str) -> int:
    """The id of the person whose mails this link is about.

    Raises:
        APIError: 404 if the token isn't one of ours.
    """
    try:
        return int(tokens.unsubscribe_links.unsign(token))
    except BadSignature:
        raise APIError(UNSUBSCRIBE_LINK_INVALID) from None


def deactivate(user: User) -> None:
    """Close an account and end its tokens, for good: opening it again doesn't revive them."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    tokens.sign_out_everywhere(user)
    user.refresh_from_db()
