from typing import Any

from operations.management.commands import scheduler


class Command(scheduler.Command):
    help = "The name of `scheduler` until 1.0. It goes with the next release."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write("`clock` is called `scheduler` now: use that, this name will go.")
        super().handle(*args, **options)
