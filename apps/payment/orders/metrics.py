"""Orders that should move on, for dashboards and for whoever is woken when they do not."""

from __future__ import annotations

from django.db.models import Count, Min
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.payment.orders.models import Order


def _read_gauges() -> GaugeReadings:
    rows = (
        Order.objects.filter(state__in=Order.OPEN).values("state").annotate(orders=Count("id"), since=Min("placed_at"))
    )
    counts: Values = {(state,): 0.0 for state in Order.OPEN}
    ages: Values = {(state,): 0.0 for state in Order.OPEN}
    now = timezone.now()
    for row in rows:
        counts[row["state"],] = row["orders"]
        ages[row["state"],] = max(0.0, (now - row["since"]).total_seconds())
    return {
        "streamcart_orders_open": ("Orders that are neither paid nor given up.", ["state"], counts),
        "streamcart_orders_oldest_open_seconds": ("Age of the oldest such order.", ["state"], ages),
    }


orders_collector = cached_gauges(_read_gauges)
