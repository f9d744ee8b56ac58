"""A server whose clock reminds people many times a second, so that tests needn't wait for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from operations import clock  # after django.setup()
    from sessions_app.jobs import send_reminders

    reminders = clock.Job(send_reminders, every=timedelta(milliseconds=200))
    clock.EmbeddedClock = partial(clock.EmbeddedClock, (reminders,))
    call_command("run")
