import signal
from typing import Any

from django.core.management.base import BaseCommand

from operations.scheduler import EmbeddedScheduler


class Command(BaseCommand):
    help = "Runs the scheduled jobs until it is stopped. Used by `serve` without REDIS_URL."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        scheduler = EmbeddedScheduler()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.stopped.set())
        scheduler.start()
        scheduler.stopped.wait()
        scheduler.stop()
