"""What the clock does for accounts."""

from datetime import datetime

from accounts.models import RevokedToken


def forget_expired_tokens(now: datetime) -> int:
    """Delete the rows of revoked tokens that have ended by themselves; returns how many."""
    deleted, _ = RevokedToken.objects.filter(expires_at__lt=now).delete()
    return deleted
