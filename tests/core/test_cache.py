"""The cache that all processes share, and what a process does while Redis is down."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import UTC, datetime

import pytest

from core import cache as module
from core.cache import ProcessCache, SharedCache
from core.observability.metrics import CACHE_FALLBACKS
from tests.support import redis_proxy
from tests.support.redis_proxy import RedisProxy

needs_redis = pytest.mark.skipif(not redis_proxy.answers(), reason="no Redis answers")
PREFIX = {"KEY_PREFIX": "tests.cache"}


@pytest.fixture(scope="module")
def proxy():
    return RedisProxy()


@pytest.fixture
def shared(proxy, monkeypatch):
    """A process's cache, which tries Redis again after a tenth of a second."""
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    monkeypatch.setattr(module, "RETRY_PAUSE", 0.1)
    module.client_of.cache_clear()
    made = SharedCache(proxy.url, PREFIX)
    made.clear()
    yield made
    proxy.mend()
    made.clear()
    made.own.clear()
    module.client_of.cache_clear()


@pytest.fixture
def other(proxy, shared):
    """The cache of another process."""
    module.client_of.cache_clear()
    made = SharedCache(proxy.url, PREFIX)
    assert made._cache
    module.client_of.cache_clear()
    return made


@pytest.fixture(params=["shared", "process"])
def either(request):
    if request.param == "shared":
        if not redis_proxy.answers():
            pytest.skip("no Redis answers")
        return request.getfixturevalue("shared")
    made = ProcessCache("tests", {})
    made.clear()
    return made


def test_it_implements_djangos_cache_api(either):
    assert either.add("a", 1)
    assert not either.add("a", 2)
    assert either.incr("a", 2) == 3
    either.set("b", {"x": [1, 2.5, True, None, "5"]})
    assert either.get_many(["a", "b", "c"]) == {"a": 3, "b": {"x": [1, 2.5, True, None, "5"]}}
    assert either.get("c", "none") == "none"
    assert either.touch("a", 60)
    assert either.has_key("a")
    assert either.delete("a")
    assert not either.delete("a")
    either.set_many({"d": "7", "e": 8})
    either.delete_many(["d"])
    assert (either.get("d"), either.get("e")) == (None, 8)
    either.clear()
    assert either.get("e") is None
    assert either.reachable()


def test_concurrent_calls_are_all_counted(either):
    counts = []

    def count():
        counts.extend(either.count("key", 60) for _ in range(50))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == list(range(1, 201))


def test_a_count_expires(either):
    assert [either.count("key", 1), either.count("key", 1)] == [1, 2]

    deadline = time.monotonic() + 10
    while either.has_key("key"):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two checks
    assert either.count("key", 1) == 1


@needs_redis
def test_other_than_json_is_refused_and_clearing_leaves_other_keys(shared, proxy):
    proxy.real.set("tests.beside", "a task")

    with pytest.raises(TypeError):
        shared.set("a", datetime.now(UTC))
    shared.clear()

    assert proxy.real.getdel("tests.beside") == b"a task"


@needs_redis
@pytest.mark.parametrize("outage", ["cut", "hang"])
def test_while_redis_is_down_each_process_has_its_own_cache_and_is_as_fast(shared, proxy, outage):
    def median():
        durations = []
        for _ in range(50):
            began = time.perf_counter()
            shared.count("key", 60)
            durations.append(time.perf_counter() - began)
        return statistics.median(durations)

    before = median()
    getattr(proxy, outage)()
    shared.count("key", 60)  # the call that detects the outage

    assert median() < 2 * before
    assert shared.own.get("key") > 50
    assert not shared.reachable()


@needs_redis
def test_each_call_without_redis_is_counted(shared, proxy):
    def counted():
        return CACHE_FALLBACKS._value.get() - before

    before = CACHE_FALLBACKS._value.get()
    shared.get("a")
    assert counted() == 0

    proxy.cut()
    for _ in range(3):  # the first one detects the outage, the others don't try
        shared.get("a")

    assert counted() == 3


@needs_redis
def test_the_cache_is_shared_again_after_an_outage(shared, other, proxy, caplog):
    shared.set("a", "before")
    proxy.cut()
    assert shared.get("a") is None
    shared.set("a", "meanwhile")
    assert shared.get("a") == "meanwhile"
    proxy.mend()

    deadline = time.monotonic() + 10
    while shared.get("a") != "before":
        assert time.monotonic() < deadline
        time.sleep(0.02)  # between two checks
    shared.delete("a")

    assert other.get("a") is None
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Redis is down, each process has a cache of its own",
        "Redis is back, and the cache is shared again.",
    ]


@needs_redis
def test_one_thread_at_a_time_tries_a_redis_that_hangs(shared, proxy, monkeypatch):
    proxy.hang()
    shared.get("a")
    monkeypatch.setattr(module, "RETRY_PAUSE", 60)
    shared._cache.outage.ask_again_at = time.monotonic()  # the next attempt is due

    def get():
        began = time.perf_counter()
        shared.get("a")
        durations.append(time.perf_counter() - began)

    durations: list[float] = []
    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(duration > module.TIMEOUT / 2 for duration in durations) == 1
