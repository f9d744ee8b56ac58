"""Limits on how often somebody may ask, counted in the cache.

A fixed window and an atomic counter: two requests at the same moment are counted as two, also
between processes that share a cache. Rates are `settings.THROTTLE_RATES`.
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
from core.metrics import THROTTLED

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# Whoever has one address of IPv6 has all that share so many bits, at the least.
NETWORK_BITS = 64


def parse_rate(rate: str) -> tuple[int, int]:
    """`"20/minute"` → (20, 60): requests and the window's length in seconds."""
    number, _, unit = rate.partition("/")
    return int(number), SECONDS[unit]


def wait_for(scope: str, key: str | None) -> int | None:
    """Count one request of `key` in `scope`; seconds to wait if it is one too many, else None."""
    if settings.DISABLE_THROTTLING:
        return None
    limit, window = parse_rate(settings.THROTTLE_RATES[scope])
    now = int(time.time())
    if site_cache().count(counter_of(scope, key, now // window), window) <= limit:
        return None
    THROTTLED.labels(scope).inc()
    return window - now % window


def take_back(scope: str, key: str | None) -> None:
    """Count one request less than `wait_for` has."""
    if settings.DISABLE_THROTTLING:
        return
    _, window = parse_rate(settings.THROTTLE_RATES[scope])
    with suppress(ValueError):  # its window has ended
        site_cache().decr(counter_of(scope, key, int(time.time()) // window))


def counter_of(scope: str, key: str | None, window: int) -> str:
    """The key in the cache. Hashed, since `key` may be what somebody typed: any length, any
    character. None is everybody who has no address, as behind a server on a Unix socket."""
    digest = hashlib.sha256((key or "").encode()).hexdigest()
    return f"throttle:{scope}:{digest}:{window}"


def count(scope: str, key: str | None) -> None:
    """Count one request, and refuse it with 429 if it is one too many.

    Raises:
        Throttled: with the seconds to wait, which become `Retry-After`.
    """
    wait = wait_for(scope, key)
    if wait is not None:
        raise Throttled(wait)


def count_stranger(request: Request) -> None:
    """Count a request of somebody who isn't known, by address.

    Raises:
        Throttled: as `count`.
    """
    count("anonymous", address_of(request))


def address_of(request: Any) -> str | None:
    """Where a request comes from, as it is counted: an address of IPv4, or a network of IPv6.

    What `X-Forwarded-For` says is believed as far as `NUM_PROXIES` proxies have written it.
    """
    said: str | None = BaseThrottle().get_ident(request)
    try:
        address = ip_address(without_port(said or ""))
    except ValueError:  # a proxy's own name for its client, or none behind a Unix socket
        return said
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), NETWORK_BITS), strict=False))


def without_port(said: str) -> str:
    """Some proxies write the client's port, too, which it has another of for each connection:
    `192.0.2.1:443`, `[2001:db8::1]:443`."""
    if said.startswith("["):
        return said[1:].partition("]")[0]
    return said.partition(":")[0] if said.count(":") == 1 else said


class WindowThrottle(BaseThrottle):
    """DRF's face of `wait_for`: `allow_request` leaves in `seconds` how long to wait."""

    seconds: int | None = None

    def wait(self) -> float | None:
        return self.seconds


class RequestThrottle(WindowThrottle):
    """The limit on everything, by person when signed in, else by address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user.is_authenticated:
            self.seconds = wait_for("person", str(request.user.pk))
        else:
            self.seconds = wait_for("anonymous", address_of(request))
        return self.seconds is None


class AddressThrottle(WindowThrottle):
    """A limit by address on one kind of request: the view's `throttle_scope`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = wait_for(view.throttle_scope, address_of(request))
        return self.seconds is None
