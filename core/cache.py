"""The cache: shared by all processes in Redis or, without Redis, one in each process.

Redis may fail or hang at any time. Each process then uses a cache of its own and tries Redis again
every few seconds. Such a try makes one request wait, for `TIMEOUT` at most.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import orjson
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.observability.metrics import CACHE_FALLBACKS

logger = logging.getLogger(__name__)

# In seconds: for one call, and between two attempts while Redis is down.
TIMEOUT = 0.5
RETRY_PAUSE = 5.0
# Throttles have a key for each person and address; evicting one resets its limit.
MAX_KEYS = 100_000
# One script, so that no counter is left without an expiry; it is also only one round trip.
COUNT = """
local count = redis.call("INCR", KEYS[1])
if count == 1 then redis.call("EXPIRE", KEYS[1], ARGV[1]) end
return count
"""
# Refuses values that would come back from JSON as another type.
STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

Value = TypeVar("Value")


class SiteCache(BaseCache):
    """What this cache can do in addition to Django's."""

    @abstractmethod
    def count(self, key: str, seconds: int) -> int:
        """Add one to the counter of this key, and return it. This is atomic. The counter expires
        `seconds` after its first use."""

    @abstractmethod
    def reachable(self) -> bool:
        """Whether the cache answers now."""


def site_cache() -> SiteCache:
    return cast(SiteCache, caches[DEFAULT_CACHE_ALIAS])


class ProcessCache(LocMemCache, SiteCache):
    """A cache in the memory of this process."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params | {"max_entries": MAX_KEYS})

    def count(self, key: str, seconds: int) -> int:
        self.add(key, 0, timeout=seconds)
        try:
            return int(self.incr(key))
        except ValueError:  # it was evicted between the two calls
            return 1

    def reachable(self) -> bool:
        return True


class JSONSerializer(RedisSerializer):
    """Values in Redis are JSON: with pickle, anybody who can write to Redis could run code here."""

    def dumps(self, obj: Any) -> Any:
        # Redis can only increment plain numbers.
        return obj if type(obj) is int else orjson.dumps(obj, option=STRICT)

    def loads(self, data: Any) -> Any:
        return orjson.loads(data)


class Outage:
    """Whether Redis is down, as far as this process knows."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ask_again_at: float | None = None

    def lasts(self) -> bool:
        """Whether to skip Redis now. During an outage one caller every few seconds gets False, and
        tries Redis."""
        with self.lock:
            if self.ask_again_at is None:
                return False
            if time.monotonic() < self.ask_again_at:
                return True
            self.ask_again_at = time.monotonic() + RETRY_PAUSE
            return False

    def begin(self, error: Exception) -> None:
        with self.lock:
            if self.ask_again_at is None:
                logger.warning("Redis is down, each process has a cache of its own: %s", error)
            self.ask_again_at = time.monotonic() + RETRY_PAUSE

    def end(self) -> None:
        if self.ask_again_at is None:
            return
        with self.lock:
            self.ask_again_at = None
        logger.warning("Redis is back, and the cache is shared again.")


class Client(RedisCacheClient):
    """A client shared by all threads: Django makes a cache for each, and each would connect."""

    def __init__(self, url: str) -> None:
        super().__init__(
            [url],
            serializer=JSONSerializer,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            # Retry once, on a new connection, if Redis has closed an idle one.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self.outage = Outage()

    def count(self, key: str, seconds: int) -> int:
        # The type stubs also allow for the answer of an asynchronous client.
        return cast(int, self.get_client(write=True).eval(COUNT, 1, key, seconds))

    def clear_prefix(self, prefix: str) -> None:
        """Delete the keys of this cache only: Celery's tasks may be in the same database."""
        client = self.get_client(write=True)
        for key in client.scan_iter(f"{prefix}:*"):
            client.delete(key)

    def ping(self) -> None:
        self.get_client().ping()


client_of = cache(Client)


class SharedCache(RedisCache, SiteCache):
    """A cache in Redis for all processes, with one in each process while Redis is down."""

    def __init__(self, url: str, params: dict[str, Any]) -> None:
        super().__init__(url, params)
        self.url = url
        self.own = ProcessCache("while-redis-is-down", params)

    @property
    def _cache(self) -> Client:
        return client_of(self.url)

    def either(self, shared: Callable[..., Value], own: Callable[..., Value], *args: Any) -> Value:
        """Call `shared`, which uses Redis; if Redis is down, call `own`, this process's cache."""
        outage = self._cache.outage
        if not outage.lasts():
            try:
                value = shared(*args)
            except (RedisError, OSError) as error:
                outage.begin(error)
            else:
                outage.end()
                return value
        CACHE_FALLBACKS.inc()
        return own(*args)

    def count(self, key: str, seconds: int) -> int:
        whole = self.make_and_validate_key(key)
        return self.either(
            lambda: self._cache.count(whole, seconds), lambda: self.own.count(key, seconds)
        )

    def reachable(self) -> bool:
        try:
            self._cache.ping()
        except (RedisError, OSError) as error:
            self._cache.outage.begin(error)
            return False
        self._cache.outage.end()
        return True

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        return self.either(super().add, self.own.add, key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        return self.either(super().get, self.own.get, key, default, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        self.either(super().set, self.own.set, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self.either(super().touch, self.own.touch, key, timeout, version)

    def delete(self, key: str, version: Any = None) -> bool:
        return self.either(super().delete, self.own.delete, key, version)

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return self.either(super().get_many, self.own.get_many, list(keys), version)

    def has_key(self, key: str, version: Any = None) -> bool:
        return self.either(super().has_key, self.own.has_key, key, version)

    def incr(self, key: str, delta: int = 1, version: Any = None) -> int:
        return self.either(super().incr, self.own.incr, key, delta, version)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        return self.either(super().set_many, self.own.set_many, data, timeout, version)

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self.either(super().delete_many, self.own.delete_many, list(keys), version)

    def clear(self) -> None:
        self.either(lambda: self._cache.clear_prefix(self.key_prefix), self.own.clear)
