from django.apps import AppConfig


class ZoomConfig(AppConfig):
    name = "zoom"
    verbose_name = "1-on-1 sessions"

    def ready(self) -> None:
        """A friendship's end is the end of its sessions (contract O2), and so is that of an
        account, if the staff want it."""
        from accounts.staff_acts import CLEARINGS  # noqa: PLC0415  # needs the models to be loaded
        from friendships.services import ENDINGS  # noqa: PLC0415
        from zoom.services import clear_away, end_sessions_of_pair  # noqa: PLC0415

        ENDINGS.append(end_sessions_of_pair)
        CLEARINGS.append(clear_away)
