from django.apps import AppConfig

from core import sentry, sqlite


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        sqlite.install()
        sentry.start()
