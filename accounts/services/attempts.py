"""Limits on password attempts, and the known networks of accounts.

Failures are counted by account and network, so that a stranger's failures don't lock the owner
out. Failures on one account from all networks together are limited, too, except from networks from
which the account was signed in to before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from accounts.models import KnownNetwork, User
from accounts.querysets import fold
from core.api import throttling
from core.errors import invalid

# How many networks are kept for an account: the most recent ones.
MAX_NETWORKS = 10
# How precisely the last sign-in from a network is recorded.
SEEN = timedelta(days=1)


def limit_key(identifier: str) -> str:
    """Return the key that attempts are counted by: the identifier as typed, ignoring case. If
    attempts were counted by account, the count would reveal which name has which address."""
    return f"name:{fold(identifier.strip())}"


class Attempts:
    """The attempts on one account from one network.

    Args:
        key: identifies the account.
        network: where they come from, as returned by `core.api.throttling.address_of`.
        find_id: returns the account's id, or None. It is called only when the account's limit over
            all networks is used up.
    """

    def __init__(self, key: str, network: str | None, find_id: Callable[[], int | None]) -> None:
        self.network, self.find_id = network, find_id
        self.counters = [("sign_in_account", f"{key}|{network}"), ("sign_in_everywhere", key)]

    def wait(self) -> int | None:
        """Count an attempt. Returns the seconds to wait if it exceeds a limit, else None."""
        from_here, everywhere = self.counters
        wait = throttling.wait_for(*from_here)
        if wait is None:
            wait = throttling.wait_for(*everywhere)
            if wait is not None and is_known(self.find_id(), self.network):
                return None
        return wait

    def count(self) -> None:
        """Count an attempt, and refuse it if it exceeds a limit.

        Raises:
            Throttled: with the seconds to wait.
        """
        wait = self.wait()
        if wait is not None:
            raise Throttled(wait)

    def succeed(self) -> None:
        """Don't count the last attempt: it was no failure."""
        for counter in self.counters:
            throttling.take_back(*counter)


def attempts_as(identifier: str, network: str | None) -> Attempts:
    """Return the attempts to sign in with this username or e-mail address."""

    def find_id() -> int | None:
        people = User.objects.signing_in_as(identifier.strip())
        pk: int | None = people.values_list("pk", flat=True).first()
        return pk

    return Attempts(limit_key(identifier), network, find_id)


def check_own_password(
    user: User, password: str | None, *, field: str, network: str | None
) -> None:
    """Check the user's password, for actions for which a token is not enough.

    Raises:
        APIError: 400 on `field` if it is wrong or missing.
        Throttled: after too many failures.
    """
    if password is None:
        raise invalid(field, "Your password is needed for this.")
    attempts = Attempts(f"change:{user.pk}", network, lambda: user.pk)
    attempts.count()
    if not user.check_password(password):
        raise invalid(field, "The password is wrong.")
    attempts.succeed()


def is_known(user_id: int | None, network: str | None) -> bool:
    """Whether this account was recently signed in to from there. Equally slow without one."""
    digest = digest_of(user_id, network)
    return KnownNetwork.objects.filter(user=user_id or 0, digest=digest).exists()


def remember_network(user: User, network: str | None, *, now: datetime) -> None:
    """Record a sign-in from this network. Only the newest `MAX_NETWORKS` are kept."""
    if network is None:
        return
    known, digest = KnownNetwork.objects.filter(user=user), digest_of(user.pk, network)
    if known.filter(digest=digest, last_seen_at__gt=now - SEEN).exists():
        return
    KnownNetwork.objects.bulk_create(
        [KnownNetwork(user=user, digest=digest, last_seen_at=now)],
        update_conflicts=True,
        unique_fields=["user", "digest"],
        update_fields=["last_seen_at"],
    )
    newest = known.order_by("-last_seen_at", "-pk").values("pk")[:MAX_NETWORKS]
    known.exclude(pk__in=newest).delete()


def digest_of(user_id: int | None, network: str | None) -> str:
    """Return the digest of a network. The table reveals neither addresses nor whether two people
    share one."""
    value = f"{user_id}:{network}"
    return salted_hmac("accounts.known_networks", value, algorithm="sha256").hexdigest()
