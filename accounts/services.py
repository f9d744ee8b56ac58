"""All writes to people's accounts."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError
from django.template.loader import render_to_string
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import tokens
from accounts.models import Role, User
from accounts.querysets import fold
from accounts.tokens import TokenPair
from core.errors import VALIDATION_ERROR, APIError, declare, invalid
from core.push import recheck_on_commit

logger = logging.getLogger(__name__)

INSTRUCTOR_SIGNUP_CLOSED = declare(
    "instructor_signup_closed", 403, "Instructors can't sign up here: ask the staff."
)
WRONG_CREDENTIALS = declare(
    "wrong_credentials", 401, "No active account has that username and password."
)
RESET_LINK_INVALID = declare(
    "reset_link_invalid", 400, "This link was used or is too old: ask for a new one."
)


class ResetLinks(PasswordResetTokenGenerator):
    """Django's links, which a new password, address or sign-in in the admin ends; ours are ended
    by what ends every token, too: they don't outlive a deactivation."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.token_stamp}"


reset_links = ResetLinks()


def register(*, username: str, email: str, password: str, role: str, **names: str) -> User:
    """Open an account.

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


def limit_key(identifier: str) -> str:
    """What attempts on an account are counted by: what somebody typed, as it is compared. The
    account itself would tell by its count which name belongs to which address."""
    return f"name:{fold(identifier.strip())}"


def sign_in(*, username: str, password: str) -> TokenPair:
    """Tokens for a user name or e-mail address and its password.

    Raises:
        APIError: 401, the same for a wrong password, an unknown name and a deactivated account.
    """
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        raise APIError(WRONG_CREDENTIALS)
    return tokens.issue(user)


def update_profile(*, by: User, **changes: Any) -> User:
    """Change one's own names, e-mail address or time zone."""
    email = changes.get("email")
    check_free(email=email, but=by.pk)
    for name, value in changes.items():
        setattr(by, name, value)
    try:
        by.save(update_fields=list(changes))
    except IntegrityError:  # somebody took the address since the check
        check_free(email=email, but=by.pk)
        raise
    return by


def change_password(*, by: User, old_password: str, new_password: str) -> TokenPair:
    """Set a new password, which ends every token issued before; the pair returned is new.

    Raises:
        APIError: 400 if the old password is wrong, or the new one weak.
    """
    if not by.check_password(old_password):
        raise invalid("old_password", "The old password is wrong.")
    check_password_strength(new_password, by, field="new_password")
    if not _swap_password(by, new_password):
        raise invalid("old_password", "The password was changed elsewhere just now.")
    return tokens.issue(by)


def _swap_password(user: User, password: str) -> bool:
    """Compare-and-swap: False if the password is no longer the one that was read.

    Hashing takes long, so it happens before the database is asked for a lock.
    """
    hashed = make_password(password)
    row = User.objects.active().filter(pk=user.pk, password=user.password)
    swapped = bool(row.update(password=hashed))
    user.password = hashed
    recheck_on_commit(user.pk)
    return swapped


def send_reset_mail(email: str) -> None:
    """Mail a link to the owner of this address, if there is one. Tells the caller nothing."""
    user = User.objects.active().with_email(email).first()
    if user is None:
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = reset_links.make_token(user)
    context = {
        "user": user,
        "uid": uid,
        "token": token,
        "link": f"{settings.FRONTEND_URL}/reset-password?{urlencode({'uid': uid, 'token': token})}",
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    try:
        send_mail(
            "Set a new password",
            render_to_string("accounts/password_reset.txt", context),
            None,
            [user.email],
        )
    except (SMTPException, OSError):
        # An error answer would tell that the account exists.
        logger.exception("The password reset mail could not be sent.")


def reset_password(*, uid: str, token: str, new_password: str) -> None:
    """Set a new password with what the mail said, once.

    Raises:
        APIError: 400 if the link is wrong, used or too old, or the password weak.
    """
    user = _user_of(uid)
    if user is None or not reset_links.check_token(user, token):
        raise APIError(RESET_LINK_INVALID)
    check_password_strength(new_password, user, field="new_password")
    if not _swap_password(user, new_password):
        raise APIError(RESET_LINK_INVALID)


def _user_of(uid: str) -> User | None:
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    user: User | None = User.objects.active().filter(pk=pk).first()
    return user


def deactivate(user: User) -> None:
    """Close an account and end its tokens, for good: opening it again doesn't revive them."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    tokens.sign_out_everywhere(user)
    user.refresh_from_db()
