"""pytest for every part; `manage.py test` chooses the settings, starts the servers and runs the parts."""

from __future__ import annotations

import gc
import os


def pytest_configure(config) -> None:
    """Fixtures of the services need Django's settings, which pytest-django has read by now; tests/ has none."""
    # To collect after every 2,000 objects, as by default, takes a tenth of the time of tests that render pages.
    gc.set_threshold(200_000, 20, 50)
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        from apps.common.testing import plugin

        config.pluginmanager.register(plugin, "streamcart")
