from typing import Any

from django.core.management.base import BaseCommand

from operations.rest import serve_rest


class Command(BaseCommand):
    help = "Serves REST on PORT until it is stopped. Used by `serve`, which migrates first."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        serve_rest()
