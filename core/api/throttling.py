"""Rate limits, counted in the cache.

Each has a fixed window and an atomic counter, so simultaneous requests are all counted, even in
different processes that share a cache. The rates are in `settings.THROTTLE_RATES`.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.cache import site_cache
from core.observability.metrics import THROTTLED

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# The owner of an IPv6 address usually has at least the whole network of this prefix length.
NETWORK_BITS = 64


def parse_rate(rate: str) -> tuple[int, int]:
    """Return the requests and the window in seconds: `"20/minute"` → (20, 60)."""
    number, _, unit = rate.partition("/")
    return int(number), SECONDS[unit]


def wait_for(scope: str, key: str | None) -> int | None:
    """Count a request of `key` in `scope`. Returns the seconds to wait if it is over the limit,
    else None."""
    if settings.DISABLE_THROTTLING:
        return None
    limit, window = parse_rate(settings.THROTTLE_RATES[scope])
    now = int(time.time())
    if site_cache().count(counter_of(scope, key, now // window), window) <= limit:
        return None
    THROTTLED.labels(scope).inc()
    return window - now % window


def take_back(scope: str, key: str | None) -> None:
    """Undo one count of `wait_for`."""
    if settings.DISABLE_THROTTLING:
        return
    _, window = parse_rate(settings.THROTTLE_RATES[scope])
    with suppress(ValueError):  # the window is over
        site_cache().decr(counter_of(scope, key, int(time.time()) // window))


def counter_of(scope: str, key: str | None, window: int) -> str:
    """Return the key in the cache. It is hashed, since `key` may be any text that somebody typed.
    The key None is shared by all who have no address, as on a Unix socket."""
    digest = hashlib.sha256((key or "").encode()).hexdigest()
    return f"throttle:{scope}:{digest}:{window}"


def count(scope: str, key: str | None) -> None:
    """Count one request, and refuse it with 429 if it is over the limit.

    Raises:
        Throttled: with the seconds to wait, which become `Retry-After`.
    """
    wait = wait_for(scope, key)
    if wait is not None:
        raise Throttled(wait)


def count_stranger(request: Request) -> None:
    """Count a request that isn't authenticated, by address.

    Raises:
        Throttled: as `count`.
    """
    count("anonymous", address_of(request))


def address_of(request: Any) -> str | None:
    """Return the client's address for counting: an IPv4 address or an IPv6 network.

    Only the entries of `X-Forwarded-For` that `NUM_PROXIES` proxies have added are trusted.
    """
    said: str | None = BaseThrottle().get_ident(request)
    try:
        address = ip_address(without_port(said or ""))
    except ValueError:  # a proxy's name for its client, or none on a Unix socket
        return said
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), NETWORK_BITS), strict=False))


def without_port(said: str) -> str:
    """Return the address without its port, which some proxies add and which differs for each
    connection: `192.0.2.1:443`, `[2001:db8::1]:443`."""
    if said.startswith("["):
        return said[1:].partition("]")[0]
    return said.partition(":")[0] if said.count(":") == 1 else said


class WindowThrottle(BaseThrottle):
    """Base of DRF's throttle classes; `allow_request` stores the time to wait in `seconds`."""

    seconds: int | None = None

    def wait(self) -> float | None:
        return self.seconds


class RequestThrottle(WindowThrottle):
    """The limit on all requests: by person if signed in, else by address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user.is_authenticated:
            self.seconds = wait_for("person", str(request.user.pk))
        else:
            self.seconds = wait_for("anonymous", address_of(request))
        return self.seconds is None


class AddressThrottle(WindowThrottle):
    """A limit by address on one kind of request, the view's `throttle_scope`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = wait_for(view.throttle_scope, address_of(request))
        return self.seconds is None
