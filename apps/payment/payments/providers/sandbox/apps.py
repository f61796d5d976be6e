from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "apps.payment.payments.providers.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        from apps.payment.payments.providers.sandbox import checks  # noqa: F401  (registers system checks)
