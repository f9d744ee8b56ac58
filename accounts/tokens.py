"""Issuing, renewing and revoking JSON Web Tokens (contract C1, C2), which simplejwt signs and
reads; and the tokens of links in mails.

Every JSON Web Token contains its owner's `token_stamp`. It is invalid once the owner's stamp has
changed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypedDict, TypeVar

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import F
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token, UntypedToken

from accounts.models import RevokedToken, User
from core.api.fields import MAX_ID
from core.db.compiled import CompiledRow, Param
from core.errors import TOKEN_NOT_VALID, APIError
from core.push import recheck_on_commit

STAMP = "stamp"
# The formats of the ids in a token's claims.
ID = re.compile("[0-9]{1,19}")
TOKEN_ID = re.compile("[0-9a-zA-Z-]{1,64}")
Kind = TypeVar("Kind", bound=Token)


class Access(AccessToken):
    """A token for the `Authorization` header.

    It has no `iat`: a token issued in the future is refused, so machines would refuse the tokens of
    one whose clock is ahead. A token's validity depends on its `exp` and its stamp.
    """

    def set_iat(self, *args: Any, **kwargs: Any) -> None:
        pass


class Refresh(RefreshToken):
    """A token that is exchanged for access tokens. It has no `iat` either."""

    access_token_class = Access
    set_iat = Access.set_iat


class TokenPair(TypedDict):
    """An access token for the `Authorization` header, and a refresh token to get the next one."""

    access: str
    refresh: str


def issue(user: User) -> TokenPair:
    """Return a new pair for a user who has just been authenticated."""
    refresh = Refresh.for_user(user)
    refresh[STAMP] = user.token_stamp
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def owner(token: Token) -> User:
    """Return the user that a token belongs to.

    Raises:
        APIError: 401 if there is no such active user, or the stamp is outdated.
    """
    user: User | None = active_person().first(id=token.get("user_id"))
    if user is None or token.get(STAMP) != user.token_stamp:
        raise APIError(TOKEN_NOT_VALID)
    return user


def locked_person(user: User) -> User | None:
    """Return the user's current row, locked until the transaction ends; None if the user was
    deactivated or signed out everywhere since `user` was read."""
    row: User | None = (
        User.objects.active().select_for_update(no_key=True).filter(pk=user.pk).first()
    )
    return row if row is not None and row.token_stamp == user.token_stamp else None


@cache
def active_person() -> CompiledRow:
    return CompiledRow(User.objects.active().filter(pk=Param("id")))


def read(kind: type[Kind], text: str | bytes) -> Kind:
    """Return a token of this kind after checking its signature, expiry and claims.

    Raises:
        APIError: 401 if any of them is invalid.
    """
    try:
        token = kind(text)  # type: ignore[arg-type]  # annotated as Token, but takes the text
        # May be anything in a token that another program has signed with this key.
        datetime.fromtimestamp(token["exp"], tz=UTC)
    except (TokenError, TypeError, ValueError, OverflowError, OSError):
        raise APIError(TOKEN_NOT_VALID) from None
    if not (is_id(token.get("user_id")) and is_token_id(token.get("jti"))):
        raise APIError(TOKEN_NOT_VALID)
    return token


def is_id(claim: Any) -> bool:
    """Whether this is a row's id, as current or older versions of simplejwt write it."""
    if isinstance(claim, str):
        return ID.fullmatch(claim) is not None and int(claim) <= MAX_ID
    return isinstance(claim, int) and not isinstance(claim, bool) and 0 < claim <= MAX_ID


def is_token_id(claim: Any) -> bool:
    return isinstance(claim, str) and TOKEN_ID.fullmatch(claim) is not None


class AccessTokenAuthentication(JWTAuthentication):
    """Authenticates by the access token of the `Authorization` header."""

    def get_user(self, validated_token: Token) -> Any:
        return owner(validated_token)

    def get_validated_token(self, raw_token: bytes) -> Token:
        return read(Access, raw_token)


def read_access(text: str) -> tuple[Access, User]:
    """Return a valid access token and its owner.

    Raises:
        APIError: 401 if it is invalid.
    """
    token = read(Access, text)
    return token, owner(token)


def read_refresh(text: str) -> tuple[Refresh, User]:
    """Return an unexpired refresh token and its owner. It may have been revoked."""
    token = read(Refresh, text)
    return token, owner(token)


def renew(text: str) -> TokenPair:
    """Return an access token for a refresh token, which stays valid. With `ROTATE_REFRESH_TOKENS`
    it works once, a new one is returned, and a second use signs its owner out everywhere.

    Raises:
        APIError: 401 if the refresh token is invalid.
    """
    token, user = read_refresh(text)
    if not settings.ROTATE_REFRESH_TOKENS:
        if RevokedToken.objects.filter(pk=token["jti"]).exists():
            raise APIError(TOKEN_NOT_VALID)
        return {"access": str(token.access_token), "refresh": text}
    mark_used(token, user, RevokedToken.Reason.ROTATED)
    # `user` was read before the token was marked: if the token is used again in the meantime, the
    # pair issued here has the old stamp and is revoked like all others.
    return issue(user)


def mark_used(token: Token, user: User, reason: str) -> None:
    """Mark a refresh token as used.

    Raises:
        APIError: 401 if it was used before. If it had been rotated, it was stolen at some point:
            its owner is signed out everywhere.
    """
    spent, first_use = revoke(token, user, reason)
    if first_use:
        return
    if spent.reason == RevokedToken.Reason.ROTATED:
        sign_out_everywhere(user)
    raise APIError(TOKEN_NOT_VALID)


def revoke(token: Token, user: User, reason: str) -> tuple[RevokedToken, bool]:
    """Record the token's id, which is unique. True for exactly one of concurrent callers."""
    expires_at = datetime.fromtimestamp(token["exp"], tz=UTC)
    return RevokedToken.objects.get_or_create(
        jti=token["jti"], defaults={"user": user, "reason": reason, "expires_at": expires_at}
    )


def sign_out(text: str) -> None:
    """Revoke one refresh token."""
    token, user = read_refresh(text)
    mark_used(token, user, RevokedToken.Reason.SIGNED_OUT)


def sign_out_everywhere(user: User) -> None:
    """Revoke all tokens of this person, and cancel a pending e-mail change: a mail that is still
    waiting would otherwise contain a valid link."""
    row = User.objects.filter(pk=user.pk)
    row.update(token_generation=F("token_generation") + 1, pending_email="")
    recheck_on_commit(user.pk)


def verify(text: str) -> None:
    """Check that this is a valid access or refresh token.

    Raises:
        APIError: 401 if it isn't.
    """
    token = read(UntypedToken, text)
    if token.get("token_type") not in (Access.token_type, Refresh.token_type):
        raise APIError(TOKEN_NOT_VALID)
    owner(token)
    if RevokedToken.objects.filter(pk=token["jti"]).exists():
        raise APIError(TOKEN_NOT_VALID)


class ResetLinks(PasswordResetTokenGenerator):
    """Links to set a new password. Django's become invalid with a new password, address or sign-in
    to the admin; ours also when all tokens are revoked, for example by a deactivation."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.token_stamp}"


class EmailLinks(PasswordResetTokenGenerator):
    """Links that confirm a new address. They become invalid when the old or the new address
    changes, or all tokens are revoked."""

    key_salt = "accounts.email_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}:{timestamp}:{user.token_stamp}:{user.email}:{user.pending_email}"


class MailsLinks(PasswordResetTokenGenerator):
    """Links that confirm an address for mails. They become invalid when they were used, the address
    changes, or all tokens are revoked."""

    key_salt = "accounts.mails_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        state = f"{user.email_confirmed}:{user.mails_refused}"
        return f"{user.pk}:{timestamp}:{user.token_stamp}:{user.email}:{state}"


reset_links = ResetLinks()
email_links = EmailLinks()
mails_links = MailsLinks()
