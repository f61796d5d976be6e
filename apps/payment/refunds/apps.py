from django.apps import AppConfig


class RefundsConfig(AppConfig):
    name = "apps.payment.refunds"
    label = "refunds"

    def ready(self) -> None:
        from apps.common.metrics import register
        from apps.payment.refunds import tasks  # noqa: F401  (mails are sent by the task's name)
        from apps.payment.refunds.metrics import refunds_collector

        register(refunds_collector)
