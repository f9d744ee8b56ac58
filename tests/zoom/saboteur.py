"""A server without its safeguards, for the negative controls of the race tests: it locks no rows,
and it checks a row in one statement and changes it in the next.

Run as `python -m tests.zoom.saboteur`.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import django
from django.core.management import call_command
from django.db import models

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from core.lifecycle import LifecycleQuerySet  # noqa: E402  # after set-up
from friendships.querysets import FriendshipQuerySet  # noqa: E402
from zoom.querysets import JoinTokenQuerySet, OneOnOneSessionQuerySet  # noqa: E402  # after set-up


def check_then_use(self: Any, pk: int, now: datetime) -> bool:
    """Check the token, and use it up in a second statement."""
    fresh = self.filter(pk=pk, is_used=False, expires_at__gt=now).exists()
    self.filter(pk=pk).update(is_used=True, used_at=now)
    return bool(fresh)


def swap_without_compare(self: Any, pk: int, old: str, new: str, **changes: Any) -> bool:
    """Set the new status without comparing the old one."""
    return bool(models.QuerySet.update(self.filter(pk=pk), status=new, **changes))


if __name__ == "__main__":
    LifecycleQuerySet.swap = swap_without_compare  # type: ignore[method-assign]
    FriendshipQuerySet.locked = lambda self: self  # type: ignore[method-assign]
    OneOnOneSessionQuerySet.locked = lambda self: self  # type: ignore[method-assign]
    JoinTokenQuerySet.redeem = check_then_use  # type: ignore[method-assign]
    call_command("run")
