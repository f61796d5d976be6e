from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "apps.common.idempotency"
    label = "idempotency"
    verbose_name = "Idempotency keys"
