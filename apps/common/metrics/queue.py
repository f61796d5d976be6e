"""The service's Celery queues, seen from outside of the workers: a dead worker could not report that work piles up."""

from __future__ import annotations

import json
import time

import redis
from django.conf import settings

from apps.common.metrics.collectors import GaugeReadings, Values, cached_gauges


def _read_gauges() -> GaugeReadings:
    lengths: Values = {}
    ages: Values = {}
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=0.5, **settings.REDIS_OPTIONS
    ) as link:
        for queue in (settings.CELERY_TASK_DEFAULT_QUEUE, *settings.LONG_TASK_QUEUES):
            key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{queue}"
            lengths[queue,] = link.llen(key)
            # Kombu pushes on the left and takes from the right.
            oldest = link.lindex(key, -1)
            sent_at = json.loads(oldest)["headers"].get("sent_at") if oldest else None
            ages[queue,] = max(0.0, time.time() - sent_at) if sent_at else 0.0
    return {
        "streamcart_queue_length": ("Tasks that wait for a worker.", ["queue"], lengths),
        "streamcart_queue_oldest_seconds": ("Age of the task that waits longest.", ["queue"], ages),
    }


queue_collector = cached_gauges(_read_gauges)
