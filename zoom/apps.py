from django.apps import AppConfig


class ZoomConfig(AppConfig):
    name = "zoom"
    verbose_name = "1-on-1 sessions"
