from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "apps.catalog.history"
    label = "history"
    verbose_name = "History"

    def ready(self) -> None:
        from apps.catalog.history import task_context  # noqa: F401  (connects its signals)
        from apps.catalog.history.selectors import files_in_history
        from apps.catalog.products.uses import register_file_uses

        register_file_uses(files_in_history)
