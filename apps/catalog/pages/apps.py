from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "apps.catalog.pages"
    label = "pages"
