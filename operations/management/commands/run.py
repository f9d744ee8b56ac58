import contextlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from operations import demo
from operations.clock import EmbeddedClock
from operations.serving import serve


@contextlib.contextmanager
def embedded_clock() -> Iterator[None]:
    """The clock's jobs in a thread, for as long as the server runs."""
    if not settings.EMBEDDED_CLOCK:
        yield
        return
    clock = EmbeddedClock()
    clock.start()
    try:
        yield
    finally:
        clock.stop()


class Command(BaseCommand):
    help = "Migrates, loads the demo data on the first run, and serves until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        self.prepare()
        self.stdout.write(self.welcome())
        with embedded_clock():
            serve(settings.PORT)

    def prepare(self) -> None:
        try:
            call_command("migrate", verbosity=0)
            if settings.DEMO_DATA:
                demo.load(timezone.now())
        except OperationalError as error:
            raise CommandError(f"The database in DATABASE_URL can't be used: {error}") from None

    def welcome(self) -> str:
        base = f"http://localhost:{settings.PORT}"
        lines = [
            "",
            f"  API          {base}/api/",
            f"  Description  {base}/api/docs/  (Redoc: /api/redoc/, OpenAPI: /api/schema/)",
            f"  Admin        {base}/admin/",
            f"  Live push    ws://localhost:{settings.PORT}/ws/",
        ]
        if demo.is_loaded():
            people = ", ".join(person.username for person in demo.PEOPLE)
            lines += [
                "",
                f"  Demo people  {people}",
                f"  Staff        {demo.STAFF if settings.DEBUG else 'none of them can sign in'}",
                f"  Password     {demo.PASSWORD}  (of each of them)",
            ]
        return "\n".join([*lines, "", "  Ctrl-C stops the server.", ""])
