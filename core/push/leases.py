"""How many sockets a person has in all processes together: a sorted set of leases in Redis.

A lease ends unless it is renewed, so the sockets of a server that was killed don't count for long.
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
    """One for the process, for the event loop of its server."""
    return Redis.from_url(settings.REDIS_URL, **options(Retry))


class Lease:
    """One socket among those that its owner may have. With Redis down nobody is refused."""

    def __init__(self, user_id: int) -> None:
        self.key = f"tutoring-sessions.sockets.{user_id}"
        self.name = uuid.uuid4().hex

    async def take(self) -> bool:
        """Take or renew it; False if the person has as many as `SOCKETS_PER_PERSON` already."""
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
            logger.debug("A socket's lease was not given back; it ends by itself.")
