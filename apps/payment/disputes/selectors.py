"""Reads of disputes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.payment.disputes.models import Dispute, DisputeChange
from apps.payment.orders.models import Order


def changes_of(order: Order) -> Iterable[DisputeChange]:
    """What happened to the disputes of an order, oldest first: 1 query."""
    return DisputeChange.objects.filter(dispute__order=order).select_related("dispute").order_by("at", "pk")


def disputes_needing_response() -> QuerySet[Dispute]:
    """Those that wait for evidence of the shop."""
    return Dispute.objects.filter(state=Dispute.State.NEEDS_RESPONSE)
