"""Refunds that should move on, for dashboards and for whoever is woken when they do not."""

from __future__ import annotations

from django.db.models import Count, Min
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.payment.refunds.models import Refund


def _read_gauges() -> GaugeReadings:
    rows = Refund.objects.filter(state__in=Refund.OPEN).values("state")
    counts: Values = {(state,): 0.0 for state in Refund.OPEN}
    ages: Values = {(state,): 0.0 for state in Refund.OPEN}
    now = timezone.now()
    for row in rows.annotate(refunds=Count("id"), since=Min("requested_at")):
        counts[row["state"],] = row["refunds"]
        ages[row["state"],] = max(0.0, (now - row["since"]).total_seconds())
    return {
        "streamcart_refunds_open": ("Refunds whose money is on its way.", ["state"], counts),
        "streamcart_refunds_oldest_open_seconds": ("Age of the oldest such refund.", ["state"], ages),
    }


refunds_collector = cached_gauges(_read_gauges)
