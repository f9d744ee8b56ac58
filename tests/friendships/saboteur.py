"""A server without the lock on a pair's row and without the compare-and-swap of its status, for
the negative controls of the race tests. Run as `python -m tests.friendships.saboteur`."""

from __future__ import annotations

import os
from typing import Any

import django
from django.core.management import call_command
from django.db import models

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from core.lifecycle import LifecycleQuerySet  # after django.setup()
    from friendships.querysets import FriendshipQuerySet

    def swap(self: Any, pk: Any, old: str, new: str, **changes: Any) -> bool:
        return bool(models.QuerySet.update(self.filter(pk=pk), status=new, **changes))

    LifecycleQuerySet.swap = swap  # type: ignore[method-assign]
    FriendshipQuerySet.locked = lambda self: self  # type: ignore[method-assign]
    call_command("run")
