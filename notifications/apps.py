from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Register the functions that compose the mails of this app."""
        from notifications.mails import register_composers  # noqa: PLC0415  # needs the models to be loaded

        register_composers()
