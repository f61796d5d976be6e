from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "apps.common.jobs"
    label = "jobs"
    verbose_name = "Periodic jobs"
