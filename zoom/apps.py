from django.apps import AppConfig


class ZoomConfig(AppConfig):
    name = "zoom"
    verbose_name = "1-on-1 sessions"

    def ready(self) -> None:
        """A friendship's end is the end of its sessions (contract O2)."""
        from friendships.services import ENDINGS  # noqa: PLC0415  # needs the models to be loaded
        from zoom.services import part  # noqa: PLC0415

        ENDINGS.append(part)
