"""Counts a person's sockets in all processes: a sorted set of leases in Redis.

A lease expires unless it is renewed, so the sockets of a killed server don't count for long.
"""

from __future__ import annotations

import logging
import time
import uuid
from functools import cache

from django.conf import settings
from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry

from core.push.relay import options

logger = logging.getLogger(__name__)


@cache
def client() -> Redis:
    """Return the client of this process, for the event loop of its server."""
    return Redis.from_url(settings.REDIS_URL, **options(Retry))


class Lease:
    """The lease of one socket. While Redis is down, no socket is refused."""

    def __init__(self, user_id: int) -> None:
        self.key = f"tutoring-sessions.sockets.{user_id}"
        self.name = uuid.uuid4().hex

    async def take(self) -> bool:
        """Take or renew it; False if the person already has `SOCKETS_PER_PERSON` sockets."""
        if not settings.REDIS_URL:
            return True
        now, seconds = time.time(), 3 * settings.SOCKET_CHECK_SECONDS
        try:
            async with client().pipeline() as steps:
                steps.zremrangebyscore(self.key, "-inf", now)
                steps.zadd(self.key, {self.name: now + seconds})
                steps.zcard(self.key)
                steps.expire(self.key, seconds)
                _, is_new, held, _ = await steps.execute()
        except (RedisError, OSError):
            return True
        return not is_new or held <= settings.SOCKETS_PER_PERSON

    async def release(self) -> None:
        if not settings.REDIS_URL:
            return
        try:
            await client().zrem(self.key, self.name)
        except (RedisError, OSError):
            logger.debug("A socket's lease could not be released; it will expire.")
