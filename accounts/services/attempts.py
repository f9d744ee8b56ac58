"""How often somebody may try a password, and the networks that an account is known from.

Failures are counted by account and network, so that a stranger's don't keep the owner out. What
many networks try on one account together is counted, too; that limit isn't for networks from which
somebody has signed in to it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from accounts.models import KnownNetwork, User
from accounts.querysets import fold
from core import throttling
from core.errors import invalid

# So many networks of an account are kept; the ones seen last.
MAX_NETWORKS = 10
# How exactly it is known when one was last seen.
SEEN = timedelta(days=1)


def limit_key(identifier: str) -> str:
    """What attempts on an account are counted by: what somebody typed, as it is compared. The
    account itself would tell by its count which name belongs to which address."""
    return f"name:{fold(identifier.strip())}"


class Attempts:
    """The attempts on one account from one network.

    Args:
        key: names the account.
        network: where they come from, as `core.throttling.address_of` has it.
        find_id: returns the account's id, or None. It is asked only when the account's limit over
            all networks is used up.
    """

    def __init__(self, key: str, network: str | None, find_id: Callable[[], int | None]) -> None:
        self.network, self.find_id = network, find_id
        self.counters = [("sign_in_account", f"{key}|{network}"), ("sign_in_everywhere", key)]

    def wait(self) -> int | None:
        """Count one; seconds to wait if it is one too many, else None."""
        from_here, everywhere = self.counters
        wait = throttling.wait_for(*from_here)
        if wait is None:
            wait = throttling.wait_for(*everywhere)
            if wait is not None and is_known(self.find_id(), self.network):
                return None
        return wait

    def count(self) -> None:
        """Count one, and refuse it if it is one too many.

        Raises:
            Throttled: with the seconds to wait.
        """
        wait = self.wait()
        if wait is not None:
            raise Throttled(wait)

    def succeed(self) -> None:
        """The one just counted was no failure."""
        for counter in self.counters:
            throttling.take_back(*counter)


def attempts_as(identifier: str, network: str | None) -> Attempts:
    """Those of somebody who types this user name or e-mail address."""

    def find_id() -> int | None:
        people = User.objects.signing_in_as(identifier.strip())
        pk: int | None = people.values_list("pk", flat=True).first()
        return pk

    return Attempts(limit_key(identifier), network, find_id)


def check_own_password(
    user: User, password: str | None, *, field: str, network: str | None
) -> None:
    """Let nobody pass who has a person's token, but not their password.

    Raises:
        APIError: 400 on `field` if it is wrong or missing.
        Throttled: if there were too many failures.
    """
    if password is None:
        raise invalid(field, "Send your password, too.")
    attempts = Attempts(f"change:{user.pk}", network, lambda: user.pk)
    attempts.count()
    if not user.check_password(password):
        raise invalid(field, "The password is wrong.")
    attempts.succeed()


def is_known(user_id: int | None, network: str | None) -> bool:
    """Has somebody signed in to this account from there lately? As much work for no account."""
    digest = digest_of(user_id, network)
    return KnownNetwork.objects.filter(user=user_id or 0, digest=digest).exists()


def remember_network(user: User, network: str | None, *, now: datetime) -> None:
    """Note that a person has signed in from there. Of many networks the oldest are forgotten."""
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
    """A network as it is kept: whoever reads the table learns no address, nor that two people
    share one."""
    value = f"{user_id}:{network}"
    return salted_hmac("accounts.known_networks", value, algorithm="sha256").hexdigest()
