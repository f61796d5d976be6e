from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "apps.payment.orders"
    label = "orders"

    def ready(self) -> None:
        from apps.common.metrics import register
        from apps.payment.orders import tasks  # noqa: F401  (mails are sent by the task's name)
        from apps.payment.orders.metrics import orders_collector

        register(orders_collector)
