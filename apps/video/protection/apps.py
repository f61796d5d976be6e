from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "apps.video.protection"
    label = "protection"
