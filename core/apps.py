from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps

from core import sentry, sqlite


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        sqlite.install()
        sentry.start()


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False  # of this module's configurations, the one above is this app's
    default_site = "core.staff_site.StaffSite"
