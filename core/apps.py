from django.apps import AppConfig

from core import sqlite


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        sqlite.install()
