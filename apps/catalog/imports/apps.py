from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "apps.catalog.imports"
    label = "imports"
