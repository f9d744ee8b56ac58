from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Group sessions"

    def ready(self) -> None:
        """Register the clean-up of sessions when the staff deactivate a person."""
        from accounts.staff_acts import CLEARINGS  # noqa: PLC0415  # needs the models to be loaded
        from sessions_app import checks  # noqa: F401, PLC0415  # registers the checks
        from sessions_app.services import clear_away  # noqa: PLC0415

        CLEARINGS.append(clear_away)
