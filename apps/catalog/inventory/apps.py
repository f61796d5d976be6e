from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "apps.catalog.inventory"
    label = "inventory"
