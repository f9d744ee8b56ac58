"""The usual settings with a fast password hash, for servers in tests that don't test hashes."""

from config.settings import *  # noqa: F403

# argon2 is slow on purpose.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "accounts.hashers.BoundedArgon2Hasher",
]
