from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "apps.common.outbox"
    label = "outbox"
    verbose_name = "Events"
