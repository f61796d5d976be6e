from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "apps.auth.lifecycle"
    label = "lifecycle"
