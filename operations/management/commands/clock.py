from typing import Any

from operations.management.commands import scheduler


class Command(scheduler.Command):
    help = "Deprecated name of `scheduler`. It will be removed in the next release."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write("`clock` is deprecated and will be removed: use `scheduler`.")
        super().handle(*args, **options)
