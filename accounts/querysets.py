"""All reads of people and of their mails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from core.retries import RetryQuerySet
from core.search import has_words

# For so long staff can look up what was sent.
MAILS_KEPT = timedelta(days=30)


def fold(identifier: str) -> str:
    """What is the same without case. ASCII only, as what is stored: Python would make an S of a
    "ſ", and so give each account more names than those whose attempts are counted."""
    return identifier.upper() if identifier.isascii() else identifier


def is_named(username: str) -> Q:
    return Q(Exact(Upper("username"), fold(username)))


def has_email(email: str) -> Q:
    return Q(Exact(Upper("email"), fold(email)))


def has_address(email: str) -> Q:
    """Of a mail: whatever was typed that means this address."""
    return Q(Exact(Upper("address"), fold(email)))


class UserQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def erased_since(self, moment: datetime) -> Self:
        return self.filter(erased_at__gte=moment)

    def wanting_mails(self) -> Self:
        """Those who want mails about sessions, at an address that is shown to be theirs."""
        wanting = self.active().filter(email_notifications=True)
        if not settings.EMAIL_CONFIRMATION:
            return wanting
        return wanting.filter(email_confirmed=True, mails_refused=False)

    # Compared as the unique constraints compare, so that their indexes serve both databases.
    def with_username(self, username: str) -> Self:
        return self.filter(is_named(username))

    def with_email(self, email: str) -> Self:
        return self.filter(has_email(email))

    def with_either(self, username: str | None, email: str | None) -> Self:
        """Both in one look, so that two people signing up at once can't fall between two."""
        named = [is_named(username)] if username is not None else []
        mailed = [has_email(email)] if email is not None else []
        return self.filter(reduce(or_, named + mailed, Q(pk=None)))

    def with_words(self, words: Iterable[str]) -> Self:
        """Those in whose names or user name every word occurs."""
        return self.filter(has_words(words, "first_name", "last_name", "username"))

    def beginning_with(self, text: str) -> Self:
        """Those whose user name or e-mail address begins so, without case; an index serves it."""
        return self.filter(Q(username__istartswith=text) | Q(email__istartswith=text))

    def signing_in_as(self, identifier: str) -> Self:
        """By user name or, since no user name has an `@`, by e-mail address."""
        return self.with_email(identifier) if "@" in identifier else self.with_username(identifier)


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's `create_user` and `create_superuser`, with these reads."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.signing_in_as(username or "").get()


class MailQuerySet(RetryQuerySet):
    def waiting(self) -> Self:
        return self.exclude(next_try_at=None)

    def to_person(self, user: Any, email: str) -> Self:
        """What was mailed to them, or is to be: a reset knows only the address it was asked for
        with."""
        return self.filter(Q(user=user) | Q(has_address(email), user=None))

    def given_up(self) -> Self:
        """Neither sent nor to be tried again."""
        return self.filter(next_try_at=None, sent_at=None)

    def failing(self) -> Self:
        """Tried without success, and to be tried again."""
        return self.waiting().filter(attempts__gt=0)

    def forgettable(self, now: datetime) -> Self:
        """Sent or given up long ago."""
        return self.filter(next_try_at=None, created_at__lt=now - MAILS_KEPT)
