"""All changes to accounts."""

from accounts.services.accounts import (
    INSTRUCTOR_SIGNUP_CLOSED,
    RESET_LINK_INVALID,
    WRONG_CREDENTIALS,
    change_password,
    check_free,
    check_password_strength,
    check_sign_up,
    deactivate,
    register,
    request_reset,
    reset_password,
    sign_in,
)
from accounts.services.attempts import (
    Attempts,
    attempts_as,
    limit_key,
    remember_network,
)
from accounts.services.profile import EMAIL_LINK_INVALID, confirm_email, update_profile

__all__ = [
    "EMAIL_LINK_INVALID",
    "INSTRUCTOR_SIGNUP_CLOSED",
    "RESET_LINK_INVALID",
    "WRONG_CREDENTIALS",
    "Attempts",
    "attempts_as",
    "change_password",
    "check_free",
    "check_password_strength",
    "check_sign_up",
    "confirm_email",
    "deactivate",
    "limit_key",
    "register",
    "remember_network",
    "request_reset",
    "reset_password",
    "sign_in",
    "update_profile",
]
