from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings


class CommonConfig(AppConfig):
    name = "apps.common"
    label = "common"
    verbose_name = "Common"

    def ready(self) -> None:
        from apps.common import checks  # noqa: F401  (registers the system checks)

        # Whoever sends a task (a request, a command) must send it through the service's own Celery. Its name comes from
        # the settings, as ROOT_URLCONF does: the library knows no service, it loads a part of the one that it runs in.
        # In `apps/<service>/__init__.py`, the other usual place, tools that import one module would load it too.
        celery = f"apps.{settings.SERVICE}.celery"
        if find_spec(celery):
            import_module(celery)
            from apps.common.metrics import register
            from apps.common.metrics.queue import queue_collector

            register(queue_collector)
