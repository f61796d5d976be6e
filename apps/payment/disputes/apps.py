from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "apps.payment.disputes"
    label = "disputes"
