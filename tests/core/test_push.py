"""Parts of the push layer: the queue of frames for Redis, and the leases of sockets there
(contract N5)."""

from __future__ import annotations

import asyncio
import queue
import threading
import time

import pytest

from core.push import leases
from core.push.leases import Lease
from core.push.relay import Publisher
from tests.support import redis_proxy

USER = 4711


@pytest.fixture
def shared(settings):
    """Leases in Redis, at most two for each person."""
    if not redis_proxy.answers():
        pytest.skip("no Redis answers")
    settings.REDIS_URL = redis_proxy.URL
    settings.SOCKETS_PER_PERSON = 2
    leases.client.cache_clear()
    yield
    leases.client.cache_clear()


def test_a_persons_leases_are_limited_and_a_released_one_is_free_again(shared):
    async def take_and_give_back():
        one, two, three = (Lease(USER) for _ in range(3))
        taken = [await each.take() for each in (one, two, three)]
        await three.release()
        renewed = await one.take()
        await one.release()
        again = await three.take()
        for each in (two, three):
            await each.release()
        return taken, renewed, again

    assert asyncio.run(take_and_give_back()) == ([True, True, False], True, True)


def test_the_leases_of_a_killed_server_expire(shared):
    async def take_after_a_crash():
        lease = Lease(USER)
        left = {f"left{number}": time.time() - 1 for number in range(5)}
        await leases.client().zadd(lease.key, left)
        taken = await lease.take()
        held = await leases.client().zcard(lease.key)
        await lease.release()
        return taken, held

    assert asyncio.run(take_after_a_crash()) == (True, 1)


def test_nothing_waits_for_a_publisher_whose_queue_is_full():
    publisher = Publisher()
    publisher.thread = threading.current_thread()  # one that never publishes
    publisher.waiting = queue.Queue(2)

    for _ in range(5):
        publisher.put(USER, b"{}")

    assert publisher.waiting.qsize() == 2
