"""A service of the library's own, so that apps.common is tested as services use it."""

from __future__ import annotations

from apps.common.settings.base import *
from apps.common.settings.base import DATA_APPS

INSTALLED_APPS = DATA_APPS
ROOT_URLCONF = "apps.common.tests.urls"
