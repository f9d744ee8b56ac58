"""Fill the database in `DATABASE_URL` with queued mails, for `test_mail_races`.

Run as `python -m tests.mail.waiting_mails`.
"""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.utils import timezone

MAILS = 60


def fill() -> None:
    from accounts.models import User  # noqa: PLC0415  # after django.setup()
    from mail.models import Mail  # noqa: PLC0415  # after django.setup()

    reader = User.objects.create(
        username="rosa", email="r@example.com", email_notifications=True, email_confirmed=True
    )
    Mail.objects.bulk_create(
        Mail(
            kind=Mail.Kind.NOTIFICATION,
            user=reader,
            subject=f"Mail {number}",
            next_try_at=timezone.now(),
        )
        for number in range(MAILS)
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
