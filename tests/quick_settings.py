"""The settings of a server in a test that isn't about password hashes: as ever, but for those."""

from config.settings import *  # noqa: F403

# argon2 is slow on purpose.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "accounts.hashers.BoundedArgon2Hasher",
]
