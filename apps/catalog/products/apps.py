from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "apps.catalog.products"
    label = "products"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from apps.catalog.products.changes import Order, products_changed
        from apps.catalog.products.events import publish_events

        products_changed.subscribe(Order.OUTBOX, publish_events)
