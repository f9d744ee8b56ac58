"""Issuing, renewing and ending JSON Web Tokens (contract C1, C2), which simplejwt signs and reads;
and the tokens of links in mails.

Every JSON Web Token carries its owner's `token_stamp`; a stamp that is no longer the owner's is
dead.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypedDict, TypeVar

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.signing import Signer
from django.db.models import F
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token, UntypedToken

from accounts.models import RevokedToken, User
from core.compiled import CompiledRow, Param
from core.errors import TOKEN_NOT_VALID, APIError
from core.fields import MAX_ID
from core.push import recheck_on_commit

STAMP = "stamp"
# The claims of a token name rows by these.
ID = re.compile("[0-9]{1,19}")
TOKEN_ID = re.compile("[0-9a-zA-Z-]{1,64}")
Kind = TypeVar("Kind", bound=Token)


class Access(AccessToken):
    """A token for the `Authorization` header.

    It has no `iat`: who checks a token refuses one from the future, and so a machine whose clock
    goes ahead would hand out what all others refuse. A token ends by its `exp` and its stamp.
    """

    def set_iat(self, *args: Any, **kwargs: Any) -> None:
        pass


class Refresh(RefreshToken):
    """A token to get access tokens for; without `iat`, as they are."""

    access_token_class = Access
    set_iat = Access.set_iat


class TokenPair(TypedDict):
    """An access token for the `Authorization` header, and a refresh token to get the next one."""

    access: str
    refresh: str


def issue(user: User) -> TokenPair:
    """A new pair for somebody who has just proved who they are."""
    refresh = Refresh.for_user(user)
    refresh[STAMP] = user.token_stamp
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def owner(token: Token) -> User:
    """Whose token it is.

    Raises:
        APIError: 401 if there is no such active person, or the stamp is an old one.
    """
    user: User | None = active_person().first(id=token.get("user_id"))
    if user is None or token.get(STAMP) != user.token_stamp:
        raise APIError(TOKEN_NOT_VALID)
    return user


def locked_person(user: User) -> User | None:
    """The row of this person as it is now, held until the transaction ends; None if they are no
    longer active, or every token was ended, since `user` was read."""
    row: User | None = (
        User.objects.active().select_for_update(no_key=True).filter(pk=user.pk).first()
    )
    return row if row is not None and row.token_stamp == user.token_stamp else None


@cache
def active_person() -> CompiledRow:
    return CompiledRow(User.objects.active().filter(pk=Param("id")))


def read(kind: type[Kind], text: str | bytes) -> Kind:
    """A token of this kind that is well signed, in date, and has claims as this server makes them.

    Raises:
        APIError: 401 if it isn't.
    """
    try:
        token = kind(text)  # type: ignore[arg-type]  # it says Token and means its text
        # Both may be anything in a token that something else has signed with this key.
        datetime.fromtimestamp(token["exp"], tz=UTC)
    except (TokenError, TypeError, ValueError, OverflowError, OSError):
        raise APIError(TOKEN_NOT_VALID) from None
    if not (is_id(token.get("user_id")) and is_token_id(token.get("jti"))):
        raise APIError(TOKEN_NOT_VALID)
    return token


def is_id(claim: Any) -> bool:
    """Is it the id of a row, as simplejwt writes it or as older versions of it did?"""
    if isinstance(claim, str):
        return ID.fullmatch(claim) is not None and int(claim) <= MAX_ID
    return isinstance(claim, int) and not isinstance(claim, bool) and 0 < claim <= MAX_ID


def is_token_id(claim: Any) -> bool:
    return isinstance(claim, str) and TOKEN_ID.fullmatch(claim) is not None


class AccessTokenAuthentication(JWTAuthentication):
    """The access token of an `Authorization` header, and its owner."""

    def get_user(self, validated_token: Token) -> Any:
        return owner(validated_token)

    def get_validated_token(self, raw_token: bytes) -> Token:
        return read(Access, raw_token)


def read_access(text: str) -> tuple[Access, User]:
    """An access token that would be taken now, and its owner.

    Raises:
        APIError: 401 if it is good for nothing.
    """
    token = read(Access, text)
    return token, owner(token)


def read_refresh(text: str) -> tuple[Refresh, User]:
    """A refresh token that is well signed and in date, and its owner. It may be revoked."""
    token = read(Refresh, text)
    return token, owner(token)


def renew(text: str) -> TokenPair:
    """An access token for a refresh token, which stays good; with `ROTATE_REFRESH_TOKENS` it is
    used up, a new one comes with the answer, and a used one signs its owner out everywhere.

    Raises:
        APIError: 401 if the refresh token is good for nothing.
    """
    token, user = read_refresh(text)
    if not settings.ROTATE_REFRESH_TOKENS:
        if RevokedToken.objects.filter(pk=token["jti"]).exists():
            raise APIError(TOKEN_NOT_VALID)
        return {"access": str(token.access_token), "refresh": text}
    mark_used(token, user, RevokedToken.Reason.ROTATED)
    # `user` was read before the token was claimed: if the same token comes again meanwhile, the
    # pair issued here has the old stamp and dies with all others.
    return issue(user)


def mark_used(token: Token, user: User, reason: str) -> None:
    """Use up a refresh token.

    Raises:
        APIError: 401 if it was used up before. One that rotation had used up and that comes again
            was stolen, before or after: its owner is signed out everywhere.
    """
    spent, first_use = revoke(token, user, reason)
    if first_use:
        return
    if spent.reason == RevokedToken.Reason.ROTATED:
        sign_out_everywhere(user)
    raise APIError(TOKEN_NOT_VALID)


def revoke(token: Token, user: User, reason: str) -> tuple[RevokedToken, bool]:
    """Insert the token's id, which is unique; True if nobody has before, however many try."""
    expires_at = datetime.fromtimestamp(token["exp"], tz=UTC)
    return RevokedToken.objects.get_or_create(
        jti=token["jti"], defaults={"user": user, "reason": reason, "expires_at": expires_at}
    )


def sign_out(text: str) -> None:
    """End one refresh token."""
    token, user = read_refresh(text)
    mark_used(token, user, RevokedToken.Reason.SIGNED_OUT)


def sign_out_everywhere(user: User) -> None:
    """End every token of this person, and what was asked for with them: a mail that still waits
    would have a new link to the new address."""
    row = User.objects.filter(pk=user.pk)
    row.update(token_generation=F("token_generation") + 1, pending_email="")
    recheck_on_commit(user.pk)


def verify(text: str) -> None:
    """Is it an access or refresh token that would be taken now?

    Raises:
        APIError: 401 if not.
    """
    token = read(UntypedToken, text)
    if token.get("token_type") not in (Access.token_type, Refresh.token_type):
        raise APIError(TOKEN_NOT_VALID)
    owner(token)
    if RevokedToken.objects.filter(pk=token["jti"]).exists():
        raise APIError(TOKEN_NOT_VALID)


class ResetLinks(PasswordResetTokenGenerator):
    """Django's links, which a new password, address or sign-in in the admin ends; ours are ended
    by what ends every token, too: they don't outlive a deactivation."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.token_stamp}"


class EmailLinks(PasswordResetTokenGenerator):
    """Links that confirm a new address: bound to both addresses, and so dead once one of them is
    no longer the person's, and ended by what ends every token."""

    key_salt = "accounts.email_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}:{timestamp}:{user.token_stamp}:{user.email}:{user.pending_email}"


class MailsLinks(PasswordResetTokenGenerator):
    """Links that let mails go to an address: bound to it and to what they change, and so dead once
    they were used or the address is no longer the person's, and ended by what ends every token."""

    key_salt = "accounts.mails_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        state = f"{user.email_confirmed}:{user.mails_refused}"
        return f"{user.pk}:{timestamp}:{user.token_stamp}:{user.email}:{state}"


reset_links = ResetLinks()
email_links = EmailLinks()
mails_links = MailsLinks()
# Names a person and doesn't end: a mail may be old. It is good for turning mails off only.
unsubscribe_links = Signer(salt="accounts.unsubscribe", sep=".")
