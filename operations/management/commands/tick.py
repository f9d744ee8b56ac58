from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.clock import tick


class Command(BaseCommand):
    help = "Runs every job of the clock once: expiry and completion of sessions, cleaning."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, changed in tick(timezone.now()).items():
            self.stdout.write(f"{name}: {changed}")
