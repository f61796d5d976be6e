from django.apps import AppConfig


class RevocationConfig(AppConfig):
    name = "apps.common.revocation"
    label = "revocation"
