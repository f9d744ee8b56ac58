"""What the clock does for accounts."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as SignIn

from accounts import mail
from accounts.models import IdempotencyKey, KnownNetwork, Mail, RevokedToken

# For so long after the last sign-in from there a network is known.
KNOWN_FOR = timedelta(days=90)


def send_mails(now: datetime) -> int:
    """Send the mails that wait; returns how many were dealt with."""
    return mail.send_waiting(now)


def forget_mails(now: datetime) -> int:
    """Delete the rows of mails that were sent or given up long ago; returns how many."""
    deleted, _ = Mail.objects.forgettable(now).delete()
    return deleted


def forget_sign_ins(now: datetime) -> int:
    """Delete what kept staff signed in to the admin and has ended; returns how many browsers."""
    deleted, _ = SignIn.objects.filter(expire_date__lt=now).delete()
    return deleted


def forget_networks(now: datetime) -> int:
    """Delete the digests of networks that were last seen long ago; returns how many."""
    deleted, _ = KnownNetwork.objects.filter(last_seen_at__lt=now - KNOWN_FOR).delete()
    return deleted


def forget_answers(now: datetime) -> int:
    """Delete the answers that are no longer given again; returns how many."""
    deleted, _ = IdempotencyKey.objects.expired(now).delete()
    return deleted


def forget_expired_tokens(now: datetime) -> int:
    """Delete the rows of revoked tokens that have ended by themselves; returns how many."""
    deleted, _ = RevokedToken.objects.filter(expires_at__lt=now).delete()
    return deleted
