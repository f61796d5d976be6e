"""Whether the books agree with the payment provider, for whoever looks after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from apps.common.metrics import GaugeReadings, cached_gauges
from apps.payment.reconciliation.models import Difference, ReconciledDay


def _read_gauges() -> GaugeReadings:
    last = ReconciledDay.objects.aggregate(last=Max("day"))["last"]
    over = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=1) if last else timezone.now()
    return {
        "streamcart_reconciliation_differences": (
            "Differences between the ledger and the payment provider that nobody has settled.",
            [],
            {(): float(Difference.objects.filter(settled_at=None).count())},
        ),
        "streamcart_reconciliation_age_seconds": (
            "Time since the end of the last day that was compared.",
            [],
            {(): max(0.0, (timezone.now() - over).total_seconds())},
        ),
    }


reconciliation_collector = cached_gauges(_read_gauges)
