from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "apps.ui.storefront"
    label = "storefront"
