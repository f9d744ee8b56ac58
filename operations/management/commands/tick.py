from typing import Any

from operations.management.commands import run_jobs


class Command(run_jobs.Command):
    help = "The name of `run_jobs` until 1.0. It goes with the next release."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write("`tick` is called `run_jobs` now: use that, this name will go.")
        super().handle(*args, **options)
