from django.apps import AppConfig


class EncodingConfig(AppConfig):
    name = "apps.video.encoding"
    label = "encoding"

    def ready(self) -> None:
        from apps.common.metrics import register
        from apps.video.encoding import tasks  # noqa: F401  (encodings are sent by the task's name)
        from apps.video.encoding.metrics import encodings_collector

        register(encodings_collector)
