from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    name = "apps.catalog.history"
    label = "history"
    verbose_name = _("History")

    def ready(self) -> None:
        from apps.catalog.history import task_context  # noqa: F401  (connects its signals)
        from apps.catalog.history.selectors import files_in_history
        from apps.catalog.products.uses import register_file_uses

        register_file_uses(files_in_history)
