from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "apps.catalog.inventory"
    label = "inventory"
    verbose_name = _("Stock")

    def ready(self) -> None:
        from apps.catalog.inventory.stock import open_stock
        from apps.catalog.inventory.uses import count_variant_uses
        from apps.catalog.products.changes import Order, products_changed
        from apps.catalog.products.uses import register_variant_uses

        products_changed.subscribe(Order.STOCK, open_stock)
        register_variant_uses(count_variant_uses)
