"""Settings of the consumer process that test_processes.py starts and kills."""

from __future__ import annotations

import os

from apps.common.tests.settings import *  # noqa: F403  (Django's settings idiom)

SERVICE_URLS = {"common": os.environ["FEED_URL"]}
