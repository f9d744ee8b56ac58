"""A server whose clock reminds people many times a second, so that tests needn't wait for it."""

from __future__ import annotations

from datetime import timedelta

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from operations.clock import EmbeddedClock, Job  # after django.setup()
    from operations.management.commands import run as command
    from sessions_app.jobs import send_reminders

    reminders = Job(send_reminders, every=timedelta(milliseconds=200))
    command.EmbeddedClock = lambda: EmbeddedClock((reminders,))
    call_command("run")
