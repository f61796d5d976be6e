"""Uses of variants by stock, registered with `products.uses`."""

from __future__ import annotations

from collections.abc import Sequence

from apps.catalog.inventory.models import Reservation, ReservationLine, StockItem, StockMovement
from apps.catalog.products.models import Variant


def count_variant_uses(variants: Sequence[Variant]) -> dict[str, int]:
    """Movements of the variants' stock, and lines of active reservations.

    Locks the stock: reservations lock these rows first, so none is made between this look and a deletion.
    """
    rows = StockItem.objects.filter(variant__in=variants).order_by("variant__sku")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    lines = ReservationLine.objects.filter(
        sku__in=[variant.sku for variant in variants], reservation__status=Reservation.Status.ACTIVE
    )
    return {
        "stock_movements": StockMovement.objects.filter(variant__in=variants).count(),
        "reservations": lines.count(),
    }
