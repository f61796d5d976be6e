"""Encodings that wait, run or failed."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.video.encoding.models import Encoding

# A failure is news for a day; then somebody knows, or nobody will.
RECENT = timedelta(days=1)


def _read_gauges() -> GaugeReadings:
    now = timezone.now()
    states = (Encoding.State.QUEUED, Encoding.State.RUNNING, Encoding.State.FAILED)
    current = ~Q(state=Encoding.State.FAILED) | Q(finished_at__gte=now - RECENT)
    rows = (
        Encoding.objects.filter(current, state__in=states)
        .values("state")
        .annotate(runs=Count("id"), since=Min("created_at"))
    )
    found = {row["state"]: row for row in rows}
    counts: Values = {(state,): float(found[state]["runs"]) if state in found else 0.0 for state in states}
    queued = found.get(Encoding.State.QUEUED)
    waiting = max(0.0, (now - queued["since"]).total_seconds()) if queued else 0.0
    return {
        "streamcart_encodings": ("Encodings by state; failures of the last day.", ["state"], counts),
        "streamcart_encodings_oldest_waiting_seconds": ("Age of the encoding that waits longest.", [], {(): waiting}),
    }


encodings_collector = cached_gauges(_read_gauges)
