from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.demo import load


class Command(BaseCommand):
    help = "Loads demo people and sessions into an empty database; otherwise changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load(timezone.now())
        self.stdout.write("Demo data loaded." if loaded else "There are users already: no change.")
