"""Subscriptions by state, and renewals that should have been done, for dashboards and alerts."""

from __future__ import annotations

from django.db.models import Count, Min
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.payment.subscriptions.models import Subscription


def _read_gauges() -> GaugeReadings:
    now = timezone.now()
    counts: Values = {(state,): 0.0 for state in Subscription.LIVE}
    rows = Subscription.objects.filter(state__in=Subscription.LIVE).values("state")
    for row in rows.annotate(subscriptions=Count("id")):
        counts[row["state"],] = row["subscriptions"]
    oldest = Subscription.objects.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
    return {
        "streamcart_subscriptions": ("Live subscriptions.", ["state"], counts),
        "streamcart_subscriptions_oldest_due_seconds": (
            "How long the renewal that waits longest is overdue.",
            [],
            {(): max(0.0, (now - oldest).total_seconds()) if oldest else 0.0},
        ),
    }


subscriptions_collector = cached_gauges(_read_gauges)
