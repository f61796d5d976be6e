from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "apps.catalog.imports"
    label = "imports"

    def ready(self) -> None:
        from apps.catalog.imports import checks  # noqa: F401  (registers the system checks)
