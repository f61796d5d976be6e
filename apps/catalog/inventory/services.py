"""Reserve, commit, release: stock is never oversold and nothing promised is lost.

Lock order everywhere: the reservation's row first, then stock rows by SKU. So no two transactions wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.catalog.browse import listings
from apps.catalog.inventory.models import Reservation, ReservationLine, StockItem, StockMovement
from apps.catalog.products.models import Product, Variant
from apps.common.problems import Conflict, NotFound, ValidationProblem

Status = Reservation.Status
MAX_ON_HAND = 1_000_000_000


class InsufficientStock(Conflict):
    slug, title = "insufficient-stock", "Not enough in stock"


class ReservationExpired(Conflict):
    slug, title = "reservation-expired", "The reservation has expired"


class ReservationClosed(Conflict):
    slug, title = "reservation-closed", "The reservation is closed"


def reserve_stock(*, order_id: uuid.UUID, lines: Iterable[tuple[str, int]], ttl: timedelta) -> tuple[Reservation, bool]:
    """Promise all lines to an order, or none; returns the reservation and whether it is new.

    Lines that share a SKU are summed. Asking again for the same order and lines answers with what stands. Raises
    InsufficientStock (with what is short), ValidationProblem (unknown SKU) or Conflict (same order, other lines).
    """
    wanted: dict[str, int] = {}
    for sku, quantity in lines:
        wanted[sku] = wanted.get(sku, 0) + quantity
    existing = Reservation.objects.filter(order_id=order_id).prefetch_related("lines").first()
    if existing is None:
        try:
            with transaction.atomic(durable=True):
                return _reserve_new(order_id, wanted, ttl), True
        except IntegrityError:
            # The same request arrived twice at once; the other one was first.
            existing = Reservation.objects.filter(order_id=order_id).prefetch_related("lines").first()
            if existing is None:
                raise
    if {line.sku: line.quantity for line in existing.lines.all()} != wanted:
        raise Conflict("This order has a reservation with other lines already.")
    return existing, False


def _reserve_new(order_id: uuid.UUID, wanted: dict[str, int], ttl: timedelta) -> Reservation:
    reservation = Reservation.objects.create(order_id=order_id, expires_at=timezone.now() + ttl)
    ReservationLine.objects.bulk_create(
        ReservationLine(reservation=reservation, position=position, sku=sku, quantity=quantity)
        for position, (sku, quantity) in enumerate(wanted.items())
    )
    _take(wanted)
    return reservation


def commit_reservation(reservation_id: uuid.UUID) -> Reservation:
    """The pieces are sold: they leave the stock. Idempotent.

    One that expired meanwhile (the payment took long) is taken again when the stock is still there; else
    ReservationExpired says that the order must be refunded.
    """
    with transaction.atomic(durable=True):
        reservation = _locked(reservation_id)
        lines = {line.sku: line.quantity for line in reservation.lines.all()}
        if reservation.status == Status.COMMITTED:
            return reservation
        if reservation.status == Status.RELEASED:
            raise ReservationClosed("The reservation was released; make a new order.")
        if reservation.status == Status.EXPIRED:
            try:
                _take(lines)
            except InsufficientStock as error:
                detail = "The reservation expired and the pieces are gone."
                raise ReservationExpired(detail, **error.extensions) from error
        for item in _stock(lines):
            quantity = lines[item.variant.sku]
            item.reserved -= quantity
            item.on_hand -= quantity
            item.save(update_fields=["reserved", "on_hand"])
            StockMovement.objects.create(
                variant=item.variant,
                quantity=-quantity,
                reason=StockMovement.Reason.SOLD,
                reference=str(reservation.order_id),
            )
        _tell(lines)
        return _close(reservation, Status.COMMITTED)


def release_reservation(reservation_id: uuid.UUID) -> None:
    """Give the pieces back. Idempotent; what is sold stays sold (ReservationClosed)."""
    with transaction.atomic(durable=True):
        reservation = _locked(reservation_id)
        if reservation.status == Status.COMMITTED:
            raise ReservationClosed("The reservation is committed; take the goods back as a return.")
        if reservation.status == Status.ACTIVE:
            _give_back(reservation)
        _close(reservation, Status.RELEASED)


def expire_due(*, batch: int = 200) -> int:
    """Give back what was promised for longer than agreed; returns how many reservations. Safe to run in parallel."""
    expired = 0
    now = timezone.now()
    due = Reservation.objects.filter(status=Status.ACTIVE, expires_at__lte=now)
    while ids := list(due.order_by("expires_at").values_list("pk", flat=True)[:batch]):
        closed = sum(_expire(reservation_id) for reservation_id in ids)
        expired += closed
        if not closed:
            break  # others are at these very rows
    return expired


def _expire(reservation_id: uuid.UUID) -> bool:
    with transaction.atomic(durable=True):
        active = Reservation.objects.select_for_update(skip_locked=True).filter(status=Status.ACTIVE)
        reservation = active.filter(pk=reservation_id).first()
        if reservation is None:
            return False
        _give_back(reservation)
        _close(reservation, Status.EXPIRED)
        return True


def open_stock(product: Product) -> None:
    """Every variant of goods gets a stock row, empty at first, so that staff can fill it."""
    if product.kind != Product.Kind.GOODS:
        return
    unstocked = Variant.objects.filter(product=product, stock=None)
    StockItem.objects.bulk_create([StockItem(variant=variant) for variant in unstocked], ignore_conflicts=True)


def adjust_stock(variant: Variant, *, change: int, reason: str, reference: str = "") -> StockItem:
    """Add or take pieces by hand, with a reason. Raises ValidationProblem below what is promised to orders."""
    with transaction.atomic():
        item = _opened(variant)
        if item.on_hand + change < item.reserved:
            message = f"{item.reserved} pieces are promised to orders; at least that many must stay."
            raise ValidationProblem(message, errors={"change": [message]})
        if item.on_hand + change > MAX_ON_HAND:
            message = f"{MAX_ON_HAND:,} pieces are the most that can be counted."
            raise ValidationProblem(message, errors={"change": [message]})
        item.on_hand += change
        item.save(update_fields=["on_hand"])
        StockMovement.objects.create(variant=variant, quantity=change, reason=reason, reference=reference)
        listings.refresh_stock([variant.product_id])
        return item


def set_stock(variant: Variant, on_hand: int, *, reference: str = "") -> None:
    """Bring the count to `on_hand` (a stock-take or an import)."""
    with transaction.atomic():
        if change := on_hand - _opened(variant).on_hand:
            adjust_stock(variant, change=change, reason=StockMovement.Reason.COUNTED, reference=reference)


def _opened(variant: Variant) -> StockItem:
    """The variant's stock row, made when missing, locked."""
    StockItem.objects.get_or_create(variant=variant)
    return StockItem.objects.select_for_update().get(variant=variant)


def _locked(reservation_id: uuid.UUID) -> Reservation:
    reservation = Reservation.objects.select_for_update().filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound("There is no such reservation.")
    return reservation


def _stock(skus: Iterable[str]) -> list[StockItem]:
    """The stock rows of these SKUs, locked in SKU order."""
    items = StockItem.objects.select_for_update(of=("self",)).select_related("variant")
    return list(items.filter(variant__sku__in=list(skus)).order_by("variant__sku"))


def _take(wanted: dict[str, int]) -> None:
    items = {item.variant.sku: item for item in _stock(wanted)}
    _require_sellable(wanted, items)
    short = [
        {"sku": sku, "requested": wanted[sku], "available": item.available}
        for sku, item in items.items()
        if item.available < wanted[sku]
    ]
    if short:
        raise InsufficientStock("Some lines are not in stock in this quantity; see lines.", lines=short)
    for sku, item in items.items():
        item.reserved += wanted[sku]
        item.save(update_fields=["reserved"])
    _tell(wanted)


def _require_sellable(wanted: dict[str, int], stocked: dict[str, StockItem]) -> None:
    """Every SKU is stocked or digital."""
    unstocked = wanted.keys() - stocked.keys()
    if not unstocked:
        return
    digital = Variant.objects.filter(sku__in=unstocked, product__kind=Product.Kind.VIDEO).values_list("sku", flat=True)
    unknown = sorted(unstocked - set(digital))
    goods = set(Variant.objects.filter(sku__in=unknown).values_list("sku", flat=True))
    if missing := [sku for sku in unknown if sku not in goods]:
        raise ValidationProblem("Some SKUs are unknown.", errors={"lines": [f"Unknown SKU {sku}." for sku in missing]})
    if goods:
        short = [{"sku": sku, "requested": wanted[sku], "available": 0} for sku in sorted(goods)]
        raise InsufficientStock("Some lines are not in stock; see lines.", lines=short)


def _give_back(reservation: Reservation) -> None:
    lines = {line.sku: line.quantity for line in reservation.lines.all()}
    for item in _stock(lines):
        item.reserved -= lines[item.variant.sku]
        item.save(update_fields=["reserved"])
    _tell(lines)


def _tell(skus: Iterable[str]) -> None:
    """What the shop says of stock follows; listings are locked last."""
    listings.refresh_stock(Variant.objects.filter(sku__in=list(skus)).values_list("product_id", flat=True))


def _close(reservation: Reservation, status: str) -> Reservation:
    reservation.status = status
    reservation.save(update_fields=["status"])
    return reservation
