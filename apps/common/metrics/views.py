"""`GET /metrics`, for Prometheus inside the cluster."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from apps.common.metrics.collectors import RegisteredCollectors


def metrics(request: HttpRequest) -> HttpResponse:
    """Counts of all web processes together, then what is looked up now."""
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)
    looked_up = CollectorRegistry()
    looked_up.register(RegisteredCollectors())
    return HttpResponse(generate_latest(counted) + generate_latest(looked_up), content_type=CONTENT_TYPE_LATEST)
