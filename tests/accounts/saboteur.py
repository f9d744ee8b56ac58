"""Run `manage.py run`, or the given command, without one of the guards against races.

The negative controls run against it. `SABOTAGE` names the guard to remove; nothing changes outside
this process.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402  # after the set-up
from django.db import IntegrityError  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.models import RevokedToken, User  # noqa: E402
from accounts.services import accounts, profile  # noqa: E402
from core.db.retries import LEASE, RetryQuerySet  # noqa: E402


def read_then_insert(token: Any, user: User, reason: str) -> tuple[RevokedToken, bool]:
    """Claim a token with a read and a separate insert, as simplejwt does."""
    ends = datetime.fromtimestamp(token["exp"], tz=UTC)
    row = RevokedToken(jti=token["jti"], user=user, reason=reason, expires_at=ends)
    spent = RevokedToken.objects.filter(pk=row.pk).first()
    if spent is not None:
        return spent, False
    with suppress(IntegrityError):
        row.save(force_insert=True)
    return row, True


def set_without_compare(user: User, password: str, **changes: Any) -> bool:
    """Change the password without checking that it is still the one that was verified."""
    user.password = make_password(password)
    return bool(User.objects.filter(pk=user.pk).update(password=user.password, **changes))


def confirm_without_compare(user: User) -> bool:
    """Set the new address without checking that it is still the pending one."""
    row = User.objects.filter(pk=user.pk)
    return bool(row.update(email=user.pending_email, pending_email=""))


def claim_without_condition(self: Any, row: Any, now: datetime) -> bool:
    """Claim a row without checking that it is still due."""
    row.next_try_at = now + LEASE
    row.attempts += 1
    values = {"next_try_at": row.next_try_at, "attempts": row.attempts}
    return bool(self.filter(pk=row.pk).update(**values))


if __name__ == "__main__":
    match os.environ["SABOTAGE"]:
        case "claim":
            tokens.revoke = read_then_insert
        case "mail":
            RetryQuerySet.lease = claim_without_condition
        case "swap":
            accounts._swap_password = set_without_compare
        case "confirm":
            profile._swap_email = confirm_without_compare
        case unknown:
            raise SystemExit(f"Unknown SABOTAGE: {unknown!r}.")
    call_command(*(sys.argv[1:] or ["run"]))
