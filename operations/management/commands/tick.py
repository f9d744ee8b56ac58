from typing import Any

from operations.management.commands import run_jobs


class Command(run_jobs.Command):
    help = "Deprecated name of `run_jobs`. It will be removed in the next release."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write("`tick` is deprecated and will be removed: use `run_jobs`.")
        super().handle(*args, **options)
