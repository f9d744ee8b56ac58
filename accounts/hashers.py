"""Password hashing with the parameters of OWASP, and only a few hashes at a time per process.

A hash needs a lot of memory by design. So at most `PASSWORD_HASHES_AT_ONCE` are computed at once,
in separate threads: the C library keeps the memory that a thread has used, and many threads serve
requests.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from core.errors import APIError, declare

Result = TypeVar("Result")

PASSWORDS_BUSY = declare(
    "passwords_busy", 503, "Too many passwords are being checked right now: try again in a moment."
)
# How long a hash waits for its turn, in seconds.
PATIENCE = 5.0


@cache
def hashing_threads() -> ThreadPoolExecutor:
    """The threads that compute hashes, first come, first served."""
    return ThreadPoolExecutor(settings.PASSWORD_HASHES_AT_ONCE, thread_name_prefix="hashing")


# A child process does not inherit its parent's threads.
os.register_at_fork(after_in_child=hashing_threads.cache_clear)


def in_turn(compute: Callable[..., Result], *args: str) -> Result:
    """Compute a hash when it is its turn.

    Raises:
        APIError: 503 if it has to wait longer than `PATIENCE`.
    """
    future = hashing_threads().submit(compute, *args)
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        if future.cancel():
            raise APIError(PASSWORDS_BUSY) from None
        return future.result()  # it has started in the meantime


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane. Hashes with other parameters are still valid
    and are replaced at the next sign-in."""

    time_cost = 2
    memory_cost = 19 * 1024  # in KiB
    parallelism = 1
    # Older hashes need 100 MiB each.
    larger = threading.Lock()

    def encode(self, password: str, salt: str) -> str:
        return in_turn(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return in_turn(self.verify_now, password, encoded)

    def verify_now(self, password: str, encoded: str) -> bool:
        """Verify now, but only one at a time of the hashes that need more memory than ours."""
        if self.decode(encoded)["memory_cost"] <= self.memory_cost:
            return super().verify(password, encoded)
        with self.larger:
            return super().verify(password, encoded)
