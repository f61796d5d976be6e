from django.apps import AppConfig


class StripeConfig(AppConfig):
    name = "apps.payment.payments.providers.stripe"
    label = "stripe"

    def ready(self) -> None:
        from apps.payment.payments.providers.stripe import checks  # noqa: F401  (registers system checks)
