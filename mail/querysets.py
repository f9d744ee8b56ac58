"""All queries for mails."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from core.db.retries import RetryQuerySet

# How long staff can look up sent mails.
MAILS_KEPT = timedelta(days=30)


class MailQuerySet(RetryQuerySet):
    def waiting(self) -> Self:
        return self.exclude(next_try_at=None)

    def to_person(self, user: Any, email: str) -> Self:
        """Mails to this person, sent or waiting. Password resets are stored by address only."""
        return self.filter(Q(user=user) | Q(Exact(Upper("address"), email.upper()), user=None))

    def given_up(self) -> Self:
        """Not sent and not retried any more."""
        return self.filter(next_try_at=None, sent_at=None)

    def failing(self) -> Self:
        """Failed at least once and waiting for a retry."""
        return self.waiting().filter(attempts__gt=0)

    def forgettable(self, now: datetime) -> Self:
        """Sent or given up long ago."""
        return self.filter(next_try_at=None, created_at__lt=now - MAILS_KEPT)
