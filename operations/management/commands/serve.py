import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from operations import demo
from operations.clock import EmbeddedClock


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
        # uvicorn stops gracefully and then raises the signal again; that one ends the process
        # as a success.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.prepare()
        self.stdout.write(self.welcome())
        server = uvicorn.Server(
            uvicorn.Config(
                "config.asgi:application",
                # With DEBUG everybody knows the secret key, so only this machine gets in.
                host="127.0.0.1" if settings.DEBUG else "0.0.0.0",  # noqa: S104
                port=settings.PORT,
                lifespan="off",
                # Whom to believe is `NUM_PROXIES`; uvicorn's default believes every local caller.
                proxy_headers=False,
                timeout_graceful_shutdown=10,
            )
        )
        with embedded_clock(), contextlib.suppress(KeyboardInterrupt):
            server.run()

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
