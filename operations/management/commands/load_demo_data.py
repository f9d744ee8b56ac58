from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.demo import load


class Command(BaseCommand):
    help = "Fills an empty database with people and sessions to look at; changes no other one."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load(timezone.now())
        self.stdout.write("Demo data loaded." if loaded else "There are people already: no change.")
