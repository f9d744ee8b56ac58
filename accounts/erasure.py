"""Removing personal data from an account. The row stays: other people's records refer to it."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import count

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import tokens
from accounts.models import IdempotencyKey, User
from mail.models import Mail

# Replaces the text that an erased person wrote.
ERASED = "[erased]"
# Shorter words would match in many unrelated texts.
MIN_WORD = 3


class Renaming:
    """Replaces the names of an erased person in texts.

    Attributes:
        old: the names and addresses that identify only this person.
        new: the name that replaces them.
    """

    def __init__(self, user: User, new: str) -> None:
        self.old = {user.username, user.email, user.get_full_name()} - {""}
        self.new = new
        self._typed = any_word(self.old, re.IGNORECASE)
        self._names = any_word(self.old | {user.first_name, user.last_name})

    def in_own_words(self, text: str) -> str:
        """Return a text that they wrote, without any part of their name."""
        return self._names.sub(self.new, self.in_staffs_words(text))

    def in_staffs_words(self, text: str) -> str:
        """Return a text that staff typed, without their names and addresses in any letter case."""
        return self._typed.sub(self.new, text)


def any_word(words: set[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return a pattern that matches each of them as a whole word, the longest first."""
    known = sorted((word for word in words if len(word) >= MIN_WORD), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known)) or '(?!)'})(?!\w)", flags)


def close(user: User) -> None:
    """Close an account for good: revoke every token, socket, admin session and permission at once.
    Repeating it changes nothing that matters."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(
            is_active=False,
            is_staff=False,
            is_superuser=False,
            email_notifications=False,
            password=make_password(None),
        )
        user.groups.clear()
        user.user_permissions.clear()
        tokens.sign_out_everywhere(user)
    user.refresh_from_db()


def free_name(user: User) -> str:
    """Return `erased-<id>`, or a variant if another user has that as username or address."""
    for number in count(1):
        name = f"erased-{user.pk}" + (f"-{number}" if number > 1 else "")
        others = User.objects.exclude(pk=user.pk).with_either(name, address_of(name))
        if not others.exists():
            break
    return name


def address_of(name: str) -> str:
    """Return an address that can never receive mail (RFC 2606)."""
    return f"{name}@erased.invalid"


def anonymise(user: User, name: str, *, now: datetime) -> None:
    """Replace the names and the address in the account. This can't be undone."""
    User.objects.filter(pk=user.pk).update(
        username=name,
        email=address_of(name),
        email_confirmed=False,
        pending_email="",
        kept_stamp="",
        first_name="",
        last_name="",
        timezone="UTC",
        last_login=None,
        erased_at=now,
    )
    user.refresh_from_db()


def delete_answers(user: User) -> int:
    """Delete the stored answers to their own requests. Returns the number deleted."""
    deleted: int = user.idempotency_keys.all().delete()[0]
    return deleted


def forget_networks(user: User) -> int:
    """Delete the digests of the networks they signed in from. Returns the number deleted."""
    deleted: int = user.known_networks.all().delete()[0]
    return deleted


def erase_answers(renaming: Renaming) -> int:
    """Erase the stored answers to others that name them. Returns the number erased."""
    named: int = IdempotencyKey.objects.answered_with(renaming.old).erase_answers()
    return named


def delete_mails(user: User, email: str) -> int:
    """Delete the mails sent to them or waiting to be sent. Returns the number deleted.

    Args:
        email: their address, since password reset mails are stored by address only.
    """
    deleted: int = Mail.objects.to_person(user, email).delete()[0]
    return deleted
