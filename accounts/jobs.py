"""Scheduled jobs for accounts."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as SignIn

from accounts.models import IdempotencyKey, KnownNetwork, RevokedToken

# How long a network stays known after the last sign-in from it.
KNOWN_FOR = timedelta(days=90)


def forget_sign_ins(now: datetime) -> int:
    """Delete expired sign-ins to the admin. Returns the number deleted."""
    deleted, _ = SignIn.objects.filter(expire_date__lt=now).delete()
    return deleted


def forget_networks(now: datetime) -> int:
    """Delete the digests of networks last seen long ago. Returns the number deleted."""
    deleted, _ = KnownNetwork.objects.filter(last_seen_at__lt=now - KNOWN_FOR).delete()
    return deleted


def forget_answers(now: datetime) -> int:
    """Delete expired idempotency keys with their answers. Returns the number deleted."""
    deleted, _ = IdempotencyKey.objects.expired(now).delete()
    return deleted


def forget_expired_tokens(now: datetime) -> int:
    """Delete the rows of revoked tokens that have expired. Returns the number deleted."""
    deleted, _ = RevokedToken.objects.filter(expires_at__lt=now).delete()
    return deleted
