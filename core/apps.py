from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps

from core.db import sqlite
from core.observability import sentry


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks  # noqa: F401, PLC0415  # registers the checks

        sqlite.install()
        sentry.start()


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False  # the class above is this app's configuration
    default_site = "core.http.staff_site.StaffSite"
