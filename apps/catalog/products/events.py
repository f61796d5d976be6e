"""Events about products for other services: published, changed, withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from apps.catalog.products.changes import ProductChange
from apps.catalog.products.models import Variant
from apps.common import outbox


def publish_events(changes: Sequence[ProductChange]) -> None:
    """Write the events of these changes to the outbox, in their order: 2 statements."""
    published = [(change.event, change) for change in changes if change.event]
    if not published:
        return
    skus: dict[uuid.UUID, list[str]] = {change.product_id: [] for _, change in published}
    for product_id, sku in Variant.objects.filter(product__in=list(skus)).values_list("product_id", "sku"):
        skus[product_id].append(sku)
    outbox.publish_many(
        (
            event,
            str(change.product_id),
            {"slug": change.slug, "skus": sorted(skus[change.product_id]), "kind": change.kind},
        )
        for event, change in published
    )
