from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "apps.catalog.history"
    label = "history"
    verbose_name = "History"

    def ready(self) -> None:
        from apps.catalog.history import working  # noqa: F401  (connects its signals)
