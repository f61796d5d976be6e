from django.apps import AppConfig


class CartsConfig(AppConfig):
    name = "apps.payment.carts"
    label = "carts"
