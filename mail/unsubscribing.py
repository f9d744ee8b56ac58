"""The link in each mail about sessions that turns a person's mails off."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from core.errors import APIError, declare

UNSUBSCRIBE_LINK_INVALID = declare(
    "unsubscribe_link_invalid", 404, "This link is incomplete: copy the whole link from the mail."
)
# It identifies a person and never expires, since mails may be old. It can only turn mails off.
unsubscribe_links = Signer(salt="accounts.unsubscribe", sep=".")


def unsubscribe_address(user_id: int) -> str:
    """Return the absolute address of the link for this person."""
    path = reverse("mails-unsubscribe", args=[unsubscribe_links.sign(str(user_id))])
    return f"{settings.PUBLIC_URL}{path}"


def turn_mails_off(token: str) -> None:
    """Turn off a user's mails, as the link in each mail does. Repeating it changes nothing. A
    person who has the account's password, but not its mails, can't turn them on again.

    Raises:
        APIError: 404 if the token isn't one of ours.
    """
    subscribers = get_user_model().objects.filter(pk=subscriber(token))
    subscribers.update(email_notifications=False, mails_refused=True)


def subscriber(token: str) -> int:
    """Return the id of the user whose mails this link turns off.

    Raises:
        APIError: 404 if the token isn't one of ours.
    """
    try:
        return int(unsubscribe_links.unsign(token))
    except BadSignature:
        raise APIError(UNSUBSCRIBE_LINK_INVALID) from None
