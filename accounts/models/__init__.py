"""Models of people, their sign-ins and their mails."""

from accounts.models.mails import Mail
from accounts.models.people import (
    Role,
    User,
    username_validator,
    validate_address,
    validate_zone,
)
from accounts.models.sign_ins import IdempotencyKey, KnownNetwork, RevokedToken

__all__ = [
    "IdempotencyKey",
    "KnownNetwork",
    "Mail",
    "RevokedToken",
    "Role",
    "User",
    "username_validator",
    "validate_address",
    "validate_zone",
]
