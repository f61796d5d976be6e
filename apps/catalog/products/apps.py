from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "apps.catalog.products"
    label = "products"

    def ready(self) -> None:
        from apps.catalog.products.changes import Order, products_changed
        from apps.catalog.products.events import publish_events

        products_changed.subscribe(Order.OUTBOX, publish_events)
