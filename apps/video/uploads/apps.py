from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "apps.video.uploads"
    label = "uploads"

    def ready(self) -> None:
        from apps.video.uploads import tasks  # noqa: F401  (checks are sent by the task's name)
