from django.apps import AppConfig


class EncodingConfig(AppConfig):
    name = "apps.video.encoding"
    label = "encoding"
