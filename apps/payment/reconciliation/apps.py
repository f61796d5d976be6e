from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "apps.payment.reconciliation"
    label = "reconciliation"

    def ready(self) -> None:
        from apps.common.metrics import register
        from apps.payment.reconciliation.metrics import reconciliation_collector

        register(reconciliation_collector)
