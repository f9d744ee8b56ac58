"""A server that sends reminders several times a second, so that tests needn't wait for them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from operations import scheduler  # after django.setup()
    from sessions_app.jobs import send_reminders

    reminders = scheduler.Job(send_reminders, every=timedelta(milliseconds=200))
    scheduler.EmbeddedScheduler = partial(scheduler.EmbeddedScheduler, (reminders,))
    call_command("run")
