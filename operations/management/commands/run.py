from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from operations import demo
from operations.prestart import prepare_database
from operations.scheduler import embedded_scheduler
from operations.serving import serve


class Command(BaseCommand):
    help = "Migrates, loads the demo data on the first run, and serves until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_database()
        self.stdout.write(self.welcome())
        with embedded_scheduler():
            serve(settings.PORT)

    def welcome(self) -> str:
        base = f"http://localhost:{settings.PORT}"
        lines = [
            "",
            f"  API          {base}/api/",
            f"  API docs     {base}/api/docs/  (Redoc: /api/redoc/, OpenAPI: /api/schema/)",
            f"  Admin        {base}/admin/",
            f"  Live push    ws://localhost:{settings.PORT}/ws/",
        ]
        if demo.is_loaded():
            people = ", ".join(person.username for person in demo.PEOPLE)
            lines += [
                "",
                f"  Demo people  {people}",
                f"  Staff        {demo.STAFF if settings.DEBUG else 'no password is set'}",
                f"  Password     {demo.PASSWORD}  (the same for all)",
            ]
        return "\n".join([*lines, "", "  Ctrl-C stops the server.", ""])
