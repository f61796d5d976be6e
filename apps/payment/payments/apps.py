from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "apps.payment.payments"
    label = "payments"

    def ready(self) -> None:
        from apps.payment.payments import checks  # noqa: F401  (registers the system checks)
