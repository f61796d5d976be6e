from django.apps import AppConfig


class ShippingConfig(AppConfig):
    name = "apps.payment.shipping"
    label = "shipping"

    def ready(self) -> None:
        from apps.payment.shipping import checks  # noqa: F401  (registers them)
