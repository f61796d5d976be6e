from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "apps.catalog.history"
    label = "history"
    verbose_name = "History"
