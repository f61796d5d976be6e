"""Units of an order that come back into the stock: refunded before they were sent, or returned by the customer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.inventory import locked_stock
from apps.catalog.inventory.models import Reservation, ReservationLine, StockMovement
from apps.common.ids import uuid7
from apps.common.problems import Conflict

Reason = StockMovement.Reason
# Where units lie: variant and warehouse.
type Place = tuple[uuid.UUID, int]


class NotSold(Conflict):
    slug, title = "not-sold", _("These units were not sold to this order")


def return_units(*, order_id: uuid.UUID, return_id: uuid.UUID, lines: Iterable[tuple[str, int]]) -> None:
    """Put units of an order (`(sku, quantity)`, SKUs as ordered) back on hand, in the warehouses that they were sold
    from. The same `return_id` again changes nothing; digital lines are passed over.

    Raises NotSold for an order whose units are not sold, and for more units than were sold and not yet returned.
    """
    wanted = _quantities(lines)
    with transaction.atomic(durable=True):
        # Two returns of one order wait for each other here; reservations are locked before stock.
        reservation = Reservation.objects.select_for_update().filter(order_id=order_id).first()
        # The first movement bears the id of the return.
        if StockMovement.objects.filter(pk=return_id).exists():
            return
        if reservation is None or reservation.status != Reservation.Status.COMMITTED:
            raise NotSold(gettext("This order has no units that were sold; there is nothing to return."))
        variants = _variants_of(reservation)
        stocks = locked_stock.lock_variants(variants[sku] for sku in wanted if sku in variants)
        left = _left_with_customer(order_id)
        movements: list[StockMovement] = []
        for sku, quantity in wanted.items():
            variant_id = variants.get(sku)
            if variant_id is None:
                raise NotSold(gettext("The order has no %(sku)s.") % {"sku": sku})
            stock = stocks[variant_id]
            if stock.is_digital:
                continue
            for warehouse_id, units in _places(left, variant_id, quantity, sku=sku).items():
                stock.change(warehouse_id, on_hand=units)
                movements.append(
                    StockMovement(
                        id=uuid7() if movements else return_id,
                        variant_id=variant_id,
                        warehouse_id=warehouse_id,
                        quantity=units,
                        reason=Reason.RETURNED,
                        reference=str(order_id),
                    )
                )
        locked_stock.save(stocks.values(), movements=movements)


def _quantities(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units by SKU; lines that share one add up."""
    quantities: dict[str, int] = {}
    for sku, quantity in lines:
        quantities[sku] = quantities.get(sku, 0) + quantity
    return quantities


def _variants_of(reservation: Reservation) -> dict[str, uuid.UUID]:
    """By the SKUs of the order, as a variant may have been renamed since."""
    rows = ReservationLine.objects.filter(reservation=reservation).values_list("sku", "variant_id")
    return {sku: variant_id for sku, variant_id in rows if variant_id is not None}


def _left_with_customer(order_id: uuid.UUID) -> dict[Place, int]:
    """Units that were sold to the order and have not come back, by where they were sold from."""
    rows = (
        StockMovement.objects.filter(
            reference=str(order_id), reason__in=[Reason.SOLD, Reason.RETURNED], warehouse__isnull=False
        )
        .values_list("variant_id", "warehouse_id")
        .annotate(units=Sum("quantity"))
        .order_by("warehouse__priority", "warehouse_id")
    )
    return {(variant_id, warehouse_id): -units for variant_id, warehouse_id, units in rows if units < 0}


def _places(left: Mapping[Place, int], variant_id: uuid.UUID, quantity: int, *, sku: str) -> dict[int, int]:
    """How many units go back into which warehouse. Raises NotSold when fewer are left with the customer."""
    places, rest = {}, quantity
    for (variant, warehouse_id), units in left.items():
        if variant == variant_id and rest:
            places[warehouse_id] = min(units, rest)
            rest -= places[warehouse_id]
    if rest:
        message = gettext("Of %(sku)s, at most %(count)s can come back from this order, not %(wanted)s.")
        raise NotSold(message % {"count": quantity - rest, "sku": sku, "wanted": quantity})
    return places
