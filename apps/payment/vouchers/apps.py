from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "apps.payment.vouchers"
    label = "vouchers"
