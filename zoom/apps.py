from django.apps import AppConfig


class ZoomConfig(AppConfig):
    name = "zoom"
    verbose_name = "1-on-1 sessions"

    def ready(self) -> None:
        """Register functions that end a pair's sessions when their friendship ends (contract O2),
        and a user's sessions when staff deactivate the account and choose so."""
        from accounts.staff_acts import CLEARINGS  # noqa: PLC0415  # needs the models to be loaded
        from friendships.services import ENDINGS  # noqa: PLC0415
        from zoom import checks  # noqa: F401, PLC0415  # registers the checks
        from zoom.services import clear_away, end_sessions_of_pair  # noqa: PLC0415

        ENDINGS.append(end_sessions_of_pair)
        CLEARINGS.append(clear_away)
