"""Carries frames between processes, through one pub/sub channel in Redis.

This is plain pub/sub, not a channel layer: those of channels-redis either keep an unlimited queue
for each socket or close every socket when Redis fails.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import queue
import threading
import time
from typing import Any

from django.conf import settings
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.observability.metrics import PUSHES
from core.push.hub import hub

logger = logging.getLogger(__name__)

# In seconds: for one call, between a failure and the next try, and between two log warnings.
TIMEOUT = 1.0
RETRY_PAUSE = 1.0
WARNING_INTERVAL = 60.0
# In seconds: after such a silence a subscription pings Redis.
SILENCE = 2.0
# The maximum number of frames waiting to be published.
BACKLOG = 10_000


def options(retry: Any) -> dict[str, Any]:
    """Return the options of both clients: short timeouts, and one retry if Redis has closed an idle
    connection."""
    again = retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": again}


def channel_of(client: Any) -> str:
    """Return the channel's name, with the database number: sites that share a Redis server use
    different ones, but channels are the same in all of them."""
    return f"tutoring-sessions.{client.get_connection_kwargs().get('db', 0)}.push"


class RareWarning:
    """Logs that push is down, at most once per `WARNING_INTERVAL`."""

    def __init__(self) -> None:
        self.next_at = 0.0

    def warn_rarely(self, error: Exception) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + WARNING_INTERVAL
            logger.warning("Live push is down, REST goes on: %s", error)


class Publisher:
    """Publishes frames from its own thread, in the order of `put`, so that no caller waits."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start empty and without a thread; also in a forked child, where the thread is gone."""
        self.waiting: queue.Queue[tuple[int, bytes]] = queue.Queue(BACKLOG)
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()
        self.silent_until = 0.0
        self.warning = RareWarning()

    def put(self, user_id: int, frame: bytes) -> None:
        """Queue a frame for this person's sockets in all processes; drop it if the queue is
        full."""
        self.start()
        try:
            self.waiting.put_nowait((user_id, frame))
        except queue.Full:
            PUSHES.labels("dropped").inc()

    def start(self) -> None:
        with self.starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="push", daemon=True)
                self.thread.start()

    def run(self) -> None:
        client = Redis.from_url(settings.REDIS_URL, **options(Retry))
        while True:
            user_id, frame = self.waiting.get()
            # After a failure, drop frames for a moment: trying each of them would delay all the
            # later ones.
            silent = time.monotonic() < self.silent_until
            published = not silent and self.publish(client, user_id, frame)
            PUSHES.labels("handed_over" if published else "dropped").inc()
            self.waiting.task_done()

    def publish(self, client: Redis, user_id: int, frame: bytes) -> bool:
        try:
            client.publish(channel_of(client), b"%d %s" % (user_id, frame))
        except (RedisError, OSError) as error:
            self.silent_until = time.monotonic() + RETRY_PAUSE
            self.warning.warn_rarely(error)
            return False
        return True

    def flush(self) -> None:
        """Wait until the queue is empty, for `TIMEOUT` at most, before a process exits."""
        with self.waiting.all_tasks_done:
            self.waiting.all_tasks_done.wait_for(
                lambda: not self.waiting.unfinished_tasks, timeout=TIMEOUT
            )


publisher = Publisher()
atexit.register(publisher.flush)
os.register_at_fork(after_in_child=publisher.begin)


class Listener:
    """Delivers published frames to the sockets of this process, on the server's event loop, and
    resubscribes after an outage."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.subscribed = asyncio.Event()
        self.was_down = False
        self.warning = RareWarning()

    async def start(self) -> None:
        """Start to listen. Returns once subscribed, after `TIMEOUT` if Redis is down, or at once
        without Redis."""
        if not settings.REDIS_URL:
            return
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.subscribed.wait(), TIMEOUT)

    async def run(self) -> None:
        client = AsyncRedis.from_url(settings.REDIS_URL, **options(AsyncRetry))
        while True:
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.subscribe(channel_of(client))
                    await self.listen(pubsub)
            except (RedisError, OSError) as error:
                self.subscribed.clear()
                self.was_down = True
                self.warning.warn_rarely(error)
                await asyncio.sleep(RETRY_PAUSE)

    async def listen(self, pubsub: PubSub) -> None:
        """Deliver frames until the connection fails or Redis doesn't answer a ping."""
        asked = False
        while True:
            message = await pubsub.get_message(timeout=SILENCE)
            if message is None and asked:
                raise RedisConnectionError("no answer")
            asked = message is None
            if message is None:
                await pubsub.ping()
            elif message["type"] == "subscribe":
                self.begin()
            elif message["type"] == "message":
                self.take(message["data"])

    def begin(self) -> None:
        """Note the subscription. After an outage, tell clients to fetch by REST what they
        missed."""
        self.subscribed.set()
        if self.was_down:
            hub.greet()
        self.was_down = False

    def take(self, message: bytes) -> None:
        user_id, _, frame = message.partition(b" ")
        if user_id.isdigit():
            hub.deliver(int(user_id), frame)
        else:
            logger.error("A message in the push channel of Redis is not a frame.")


listener = Listener()
