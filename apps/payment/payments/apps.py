from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "apps.payment.payments"
    label = "payments"

    def ready(self) -> None:
        from apps.payment.payments import tasks  # noqa: F401  (tasks are sent by name)
