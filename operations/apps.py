from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        # Registers the checks, which need the apps to be loaded.
        from config import checks  # noqa: F401, PLC0415
