from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    name = "materials"

    def ready(self) -> None:
        from materials import checks  # noqa: F401, PLC0415  # registers the checks
