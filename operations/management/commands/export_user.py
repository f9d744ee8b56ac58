import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from operations.privacy import UnclearError, find_person
from operations.privacy.exporting import export


class Command(BaseCommand):
    help = "Exports a person's data as JSON. See docs/privacy.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", help="A user name, an e-mail address or an id.")
        parser.add_argument("--output", type=Path, help="The file to write; by default, stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pieces = export(find_person(options["who"]), now=timezone.now())
        except UnclearError as error:
            raise CommandError(str(error)) from None
        if options["output"] is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        try:
            write(options["output"], pieces)
        except OSError as error:
            raise CommandError(f"The file can't be written: {error}") from None


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a file that only its owner may read. It appears only when it is complete."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        partial = Path(file.name)
        try:
            file.writelines(pieces)
            file.close()
            partial.replace(path)
        except BaseException:
            partial.unlink()
            raise
