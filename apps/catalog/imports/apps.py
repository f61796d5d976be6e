from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "apps.catalog.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from apps.catalog.imports import checks  # noqa: F401  (registers the system checks)
