from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.scheduler import run_jobs


class Command(BaseCommand):
    help = "Runs every job of the clock once: expiry and completion of sessions, cleaning."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = run_jobs(timezone.now())
        except ExceptionGroup as failed:
            # Not their texts, which may name people: those in the log are cleaned.
            raise CommandError(f"{len(failed.exceptions)} jobs failed: see the log.") from None
        for name, changed in done.items():
            self.stdout.write(f"{name}: {changed}")
