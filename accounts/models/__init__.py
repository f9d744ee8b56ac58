"""Models of people and their sign-ins."""

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
    "RevokedToken",
    "Role",
    "User",
    "username_validator",
    "validate_address",
    "validate_zone",
]
