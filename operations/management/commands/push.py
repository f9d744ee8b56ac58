from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from operations.serving import serve


class Command(BaseCommand):
    help = (
        "Serves live push on PUSH_PORT until it is stopped. Needs Redis, which connects it to REST."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("REDIS_URL is not set: live push gets its messages through Redis.")
        self.stdout.write(f"  Live push    ws://localhost:{settings.PUSH_PORT}/ws/")
        serve(settings.PUSH_PORT)
