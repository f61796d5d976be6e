from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "apps.payment.payments"
    label = "payments"

    def ready(self) -> None:
        from apps.payment.payments import checks, tasks  # noqa: F401  (registers system checks; tasks are sent by name)
