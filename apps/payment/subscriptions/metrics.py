"""Subscriptions by state, and renewals that should have been done, for dashboards and alerts."""

from __future__ import annotations

from django.db.models import Count, Min
from django.utils import timezone

from apps.common.metrics import GaugeReadings, Values, cached_gauges
from apps.payment.subscriptions.models import Subscription


def _read_gauges() -> GaugeReadings:
    now = timezone.now()
    counts: Values = {(state,): 0.0 for state in Subscription.LIVE}
    live = Subscription.objects.filter(state__in=Subscription.LIVE).values("state")
    rows = list(live.annotate(subscriptions=Count("id"), first_due_at=Min("due_at")))
    for row in rows:
        counts[row["state"],] = row["subscriptions"]
    due = [row["first_due_at"] for row in rows if row["first_due_at"] and row["first_due_at"] <= now]
    return {
        "streamcart_subscriptions": ("Live subscriptions.", ["state"], counts),
        "streamcart_subscriptions_oldest_due_seconds": (
            "How long the renewal that waits longest is overdue.",
            [],
            {(): (now - min(due)).total_seconds() if due else 0.0},
        ),
    }


subscriptions_collector = cached_gauges(_read_gauges)
