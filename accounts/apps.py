from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Register the functions that compose the mails of this app."""
        from accounts.mails import register_composers  # noqa: PLC0415  # needs the models to be loaded

        register_composers()
