from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "apps.common.erasure"
    label = "erasure"
