from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.states_doc import draw


class Command(BaseCommand):
    help = "Generates docs/states.md from the tables of actions, or checks that it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "states.md"
        if not options["check"]:
            page.write_text(draw())
        elif not page.exists() or page.read_text() != draw():
            raise CommandError("docs/states.md is stale: run `make docs`.")
