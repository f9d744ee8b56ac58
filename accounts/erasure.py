"""Taking out of an account who it belongs to. The row stays: others' records name it."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import count

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import tokens
from accounts.models import IdempotencyKey, Mail, User

# What stands where somebody's own words stood.
ERASED = "[erased]"
# Shorter words would be found in half of all texts.
MIN_WORD = 3


class Renaming:
    """What somebody was called, and is called from now on.

    Attributes:
        old: the names and addresses that point to this person alone.
        new: the name that takes their place.
    """

    def __init__(self, user: User, new: str) -> None:
        self.old = {user.username, user.email, user.get_full_name()} - {""}
        self.new = new
        self._typed = any_word(self.old, re.IGNORECASE)
        self._names = any_word(self.old | {user.first_name, user.last_name})

    def in_own_words(self, text: str) -> str:
        """What they have written themselves, without any part of their name."""
        return self._names.sub(self.new, self.in_staffs_words(text))

    def in_staffs_words(self, text: str) -> str:
        """What was typed by hand, so that a name may be in any case."""
        return self._typed.sub(self.new, text)


def any_word(words: set[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Finds each of them where it stands for itself, the longest first."""
    known = sorted((word for word in words if len(word) >= MIN_WORD), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known)) or '(?!)'})(?!\w)", flags)


def close(user: User) -> None:
    """Let nobody in any more, as this person: every token, socket, session of the admin and right
    ends at once. Again changes nothing that matters."""
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
    """`erased-<id>`, also as the first part of an address; another one if somebody has that."""
    for number in count(1):
        name = f"erased-{user.pk}" + (f"-{number}" if number > 1 else "")
        others = User.objects.exclude(pk=user.pk).with_either(name, address_of(name))
        if not others.exists():
            break
    return name


def address_of(name: str) -> str:
    """An address that never leads anywhere (RFC 2606)."""
    return f"{name}@erased.invalid"


def anonymise(user: User, name: str, *, now: datetime) -> None:
    """Take the names and the address out of the account, for good."""
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
    """Delete the answers that they could get again; how many there were."""
    deleted: int = user.idempotency_keys.all().delete()[0]
    return deleted


def forget_networks(user: User) -> int:
    """Delete the digests of networks that they have signed in from; how many there were."""
    deleted: int = user.known_networks.all().delete()[0]
    return deleted


def erase_answers(renaming: Renaming) -> int:
    """Take out the answers in which others could read of them again; how many there were."""
    named: int = IdempotencyKey.objects.answered_with(renaming.old).erase_answers()
    return named


def delete_mails(user: User, email: str) -> int:
    """Delete what was mailed to them, or is to be; how many mails that were.

    Args:
        email: the address, as resets of passwords were asked for with it.
    """
    deleted: int = Mail.objects.to_person(user, email).delete()[0]
    return deleted
