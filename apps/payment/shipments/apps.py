from django.apps import AppConfig


class ShipmentsConfig(AppConfig):
    name = "apps.payment.shipments"
    label = "shipments"

    def ready(self) -> None:
        from apps.payment.shipments import tasks  # noqa: F401  (mails are sent by the task's name)
