"""The mails about accounts: links that set a password or confirm an address, and a notice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.tokens import email_links, mails_links, reset_links
from mail.composing import COMPOSERS, letter
from mail.models import Mail


def register_composers() -> None:
    COMPOSERS.update(
        {
            Mail.Kind.PASSWORD_RESET: password_reset,
            Mail.Kind.EMAIL_CHANGE: email_change,
            Mail.Kind.EMAIL_NOTICE: email_notice,
            Mail.Kind.EMAIL_CONFIRMATION: email_confirmation,
        }
    )


def password_reset(mail: Mail) -> EmailMultiAlternatives | None:
    user = User.objects.active().with_email(mail.address).first()
    if user is None:
        return None
    context = link_context(user, "reset-password", reset_links.make_token(user))
    return letter(mail, user, "accounts/password_reset", context)


def email_change(mail: Mail) -> EmailMultiAlternatives | None:
    """To the new address, if it is still waiting to be confirmed."""
    user = User.objects.active().filter(pk=mail.user_id, pending_email=mail.address).first()
    if user is None:
        return None
    context = link_context(user, "confirm-email", email_links.make_token(user))
    return letter(mail, user, "accounts/email_change", context, to=mail.address)


def email_confirmation(mail: Mail) -> EmailMultiAlternatives | None:
    """To the address for which mails were turned on, if they still are."""
    wanting = User.objects.active().filter(email_notifications=True)
    user = wanting.filter(pk=mail.user_id, email=mail.address).first()
    if user is None or user.mails_confirmed:
        return None
    context = link_context(user, "confirm-email", mails_links.make_token(user))
    return letter(mail, user, "accounts/email_confirmation", context)


def email_notice(mail: Mail) -> EmailMultiAlternatives | None:
    """To the old address, which may have been replaced already."""
    user = User.objects.active().filter(pk=mail.user_id).first()
    return user and letter(mail, user, "accounts/email_notice", {}, to=mail.address)


def link_context(user: User, page: str, token: str) -> dict[str, Any]:
    """Return a link to a page of the frontend, its parts, and its lifetime in hours."""
    parts = {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": token}
    return parts | {
        "link": f"{settings.FRONTEND_URL}/{page}?{urlencode(parts)}",
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
