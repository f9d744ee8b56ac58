"""All queries for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from core.db.search import has_words


def fold(identifier: str) -> str:
    """Return the identifier in upper case if it is ASCII, as all stored ones are. Python would turn
    "ſ" into S: an account would have several spellings, whose attempts are counted separately."""
    return identifier.upper() if identifier.isascii() else identifier


def is_named(username: str) -> Q:
    return Q(Exact(Upper("username"), fold(username)))


def has_email(email: str) -> Q:
    return Q(Exact(Upper("email"), fold(email)))


class UserQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def erased_since(self, moment: datetime) -> Self:
        return self.filter(erased_at__gte=moment)

    def wanting_mails(self) -> Self:
        """People who want mails about sessions and whose address is confirmed."""
        wanting = self.active().filter(email_notifications=True)
        if not settings.EMAIL_CONFIRMATION:
            return wanting
        return wanting.filter(email_confirmed=True, mails_refused=False)

    # Compare as the unique constraints do, so that both databases can use their indexes.
    def with_username(self, username: str) -> Self:
        return self.filter(is_named(username))

    def with_email(self, email: str) -> Self:
        return self.filter(has_email(email))

    def with_either(self, username: str | None, email: str | None) -> Self:
        """People with this username or e-mail address, found by one query so that a simultaneous
        registration isn't missed between two."""
        named = [is_named(username)] if username is not None else []
        mailed = [has_email(email)] if email is not None else []
        return self.filter(reduce(or_, named + mailed, Q(pk=None)))

    def with_words(self, words: Iterable[str]) -> Self:
        """People whose names or username together contain every word."""
        return self.filter(has_words(words, "first_name", "last_name", "username"))

    def beginning_with(self, text: str) -> Self:
        """People whose username or e-mail address begins with this text. Uses an index."""
        return self.filter(Q(username__istartswith=text) | Q(email__istartswith=text))

    def signing_in_as(self, identifier: str) -> Self:
        """The person with this username or, if it contains an `@`, this e-mail address."""
        return self.with_email(identifier) if "@" in identifier else self.with_username(identifier)


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's `create_user` and `create_superuser`, with these queries."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.signing_in_as(username or "").get()
