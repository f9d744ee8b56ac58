"""Scheduled jobs for mails."""

from datetime import datetime

from mail import sending
from mail.models import Mail


def send_mails(now: datetime) -> int:
    """Send the waiting mails. Returns the number of mails processed."""
    return sending.send_waiting(now)


def forget_mails(now: datetime) -> int:
    """Delete the rows of mails sent or given up long ago. Returns the number deleted."""
    deleted, _ = Mail.objects.forgettable(now).delete()
    return deleted
