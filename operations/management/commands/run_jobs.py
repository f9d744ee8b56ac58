from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.scheduler import run_jobs


class Command(BaseCommand):
    help = "Runs all scheduled jobs once: expiry and completion of sessions, mails, cleanup."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = run_jobs(timezone.now())
        except ExceptionGroup as failed:
            # Without their texts, which may contain names; the log removes them.
            raise CommandError(f"{len(failed.exceptions)} jobs failed: see the log.") from None
        for name, changed in done.items():
            self.stdout.write(f"{name}: {changed}")
