"""Accounts, tokens and mails."""

from datetime import timedelta

from config.environment import env
from config.settings.process import DEBUG, SECRET_KEY

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.UsernameOrEmailBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.BoundedArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# The number of password hashes that a process computes at the same time; each needs 19 MiB.
PASSWORD_HASHES_AT_ONCE = env.int("PASSWORD_HASHES_AT_ONCE", 2, least=1, most=64)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * env.int("PASSWORD_RESET_HOURS", 24, least=1)
# Whether a changed e-mail address must be confirmed by the link that is mailed to it.
EMAIL_CONFIRMATION = env.bool("EMAIL_CONFIRMATION", True)
# If this is on, each refresh token works once; the documented client needs it off.
ROTATE_REFRESH_TOKENS = env.bool("ROTATE_REFRESH_TOKENS", False)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", 15, least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", 14, least=1, most=3650)),
    "SIGNING_KEY": SECRET_KEY,
    # Answers use the first one. The names of schemes are case-insensitive (RFC 9110).
    "AUTH_HEADER_TYPES": ("Bearer", "bearer", "BEARER"),
}

vars().update(env.email("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Tutoring Sessions <noreply@localhost>")
EMAIL_TIMEOUT = 10
