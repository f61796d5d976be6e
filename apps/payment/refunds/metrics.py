"""Refunds that should move on, for dashboards and for whoever is woken when they do not."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Count, Min
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.payment.refunds.models import BaseRefund


def _read_gauges() -> GaugeReadings:
    """Of all kinds of refunds together: one query for each."""
    counts: Values = {(state,): 0.0 for state in BaseRefund.OPEN}
    ages: Values = {(state,): 0.0 for state in BaseRefund.OPEN}
    now = timezone.now()
    for model in (found for found in apps.get_models() if issubclass(found, BaseRefund)):
        rows = model._default_manager.filter(state__in=BaseRefund.OPEN).values("state")
        for row in rows.annotate(refunds=Count("id"), since=Min("requested_at")):
            counts[row["state"],] += row["refunds"]
            ages[row["state"],] = max(ages[row["state"],], (now - row["since"]).total_seconds())
    return {
        "streamcart_refunds_open": ("Refunds whose money is on its way.", ["state"], counts),
        "streamcart_refunds_oldest_open_seconds": ("Age of the oldest such refund.", ["state"], ages),
    }


refunds_collector = cached_gauges(_read_gauges)
