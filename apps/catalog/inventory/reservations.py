"""Reserve, commit and release stock: it is never oversold, and no reserved unit is lost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.inventory import locked_stock
from apps.catalog.inventory.locked_stock import LockedStock
from apps.catalog.inventory.models import MAX_DISPLAYED_STOCK, Reservation, ReservationLine
from apps.common import deadlines
from apps.common.ids import uuid7
from apps.common.jobs.services import for_each, is_outage, resting
from apps.common.problems import Conflict, NotFound, ValidationProblem

Status = Reservation.Status
EXPIRE_JOB = "expire-reservations"

RESERVE_PLENTY = "SELECT inventory_reserve_plenty(%s, %s, %s, %s, %s, %s)"
ADD_RESERVATION = """
    INSERT INTO inventory_reservation (id, order_id, status, expires_at, created_at)
    VALUES (%(id)s, %(order_id)s, 'active', %(expires_at)s, statement_timestamp());
    INSERT INTO inventory_reservationline (reservation_id, position, sku, variant_id, quantity, allocation)
    SELECT %(id)s, position, sku, variant_id, quantity, allocation FROM jsonb_to_recordset(%(lines)s::jsonb)
        AS new (position int, sku text, variant_id uuid, quantity int, allocation jsonb)
"""
CLOSE_ACTIVE = """
    WITH closed AS (
        UPDATE inventory_reservation SET status = 'committed' WHERE id = %s AND status = 'active'
        RETURNING id, order_id, expires_at
    )
    SELECT closed.order_id, closed.expires_at, line.sku, line.quantity, line.variant_id, line.allocation::text
    FROM closed JOIN inventory_reservationline AS line ON line.reservation_id = closed.id
    ORDER BY line.position
"""


class InsufficientStock(Conflict):
    slug, title = "insufficient-stock", _("Not enough in stock")


class ReservationExpired(Conflict):
    slug, title = "reservation-expired", _("The reservation has expired")


class ReservationClosed(Conflict):
    slug, title = "reservation-closed", _("The reservation is closed")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order. `allocation` holds the units by warehouse; digital lines have none."""

    sku: str
    quantity: int
    variant_id: uuid.UUID | None
    allocation: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReservationResult:
    """A reservation as the services return it."""

    id: uuid.UUID
    order_id: uuid.UUID
    status: str
    expires_at: datetime
    lines: tuple[Line, ...]


def reserve_stock(
    *, order_id: uuid.UUID, lines: Iterable[tuple[str, int]], ttl: timedelta
) -> tuple[ReservationResult, bool]:
    """Reserve all lines of an order for `ttl`, or none; returns the reservation and whether it is new.

    Lines that share a SKU stay apart, and their units add up. The same order and lines again return the existing
    reservation; an expired one is renewed. Raises InsufficientStock (with the lines that are short), ValidationProblem
    (unknown SKU), Conflict (same order, other lines), ReservationClosed (the order was cancelled, perhaps before this
    request was carried out) or DeadlineExceeded.
    """
    wanted = list(lines)
    expires_at = timezone.now() + ttl
    try:
        if result := _reserve_plenty(order_id, wanted, expires_at):
            _require_in_time(result)
            return result, True
        with transaction.atomic(durable=True):
            result = _reserve_new(order_id, wanted, expires_at)
            deadlines.require_time_left()
        return result, True
    except (IntegrityError, InsufficientStock, ValidationProblem):
        # A repeated or concurrent request: the existing reservation counts, even if it holds the last units.
        standing = Reservation.objects.filter(order_id=order_id).first()
        if standing is None:
            raise
        return _reserve_again(standing.pk, wanted, expires_at), False


def commit_reservation(reservation_id: uuid.UUID) -> ReservationResult:
    """Sell the reserved units: they leave the stock. Idempotent.

    A reservation that expired meanwhile (the payment took long) is renewed if the units are still available; otherwise
    ReservationExpired says that the order must be refunded. Raises ReservationClosed for a released one, NotFound.
    """
    with transaction.atomic(durable=True):
        if active := _close_active(reservation_id):
            reservation, lines = active
        else:
            reservation, lines = _locked(reservation_id)
            if reservation.status == Status.COMMITTED:
                return _result(reservation, lines)
            if reservation.status == Status.RELEASED:
                raise ReservationClosed(gettext("The reservation was released; make a new order."))
            if reservation.status == Status.EXPIRED:
                lines = _renew_expired(reservation, lines)
            _close(reservation, Status.COMMITTED)
        _sell(reservation, lines)
        deadlines.require_time_left()
        return _result(reservation, lines)


def release_reservation(reservation_id: uuid.UUID) -> None:
    """Release the units. Idempotent. Raises ReservationClosed when they are sold, NotFound."""
    with transaction.atomic(durable=True):
        _release(*_locked(reservation_id))


def release_order(order_id: uuid.UUID) -> None:
    """Release the units reserved for an order, and refuse further reservations for it. Idempotent.

    A request to reserve that is still on its way, or waits for stock in another transaction, is refused when it is
    carried out: the released reservation remains, and is created if there was none. Raises ReservationClosed when the
    units are sold. May be part of a consumer's transaction.
    """
    with transaction.atomic():
        # Waits for a reservation that is being written at this moment; the first row wins.
        closed = Reservation(order_id=order_id, status=Status.RELEASED, expires_at=timezone.now())
        Reservation.objects.bulk_create([closed], ignore_conflicts=True)
        standing = Reservation.objects.only("pk").get(order_id=order_id)
        _release(*_locked(standing.pk))


def _release(reservation: Reservation, lines: Sequence[Line]) -> None:
    if reservation.status == Status.COMMITTED:
        raise ReservationClosed(gettext("The reservation is committed; take the goods back as a return."))
    if reservation.status == Status.ACTIVE:
        _release_units(lines)
    if reservation.status != Status.RELEASED:
        _close(reservation, Status.RELEASED)


def expire_due(*, batch: int = 100) -> int:
    """Release overdue reservations; returns how many. Safe to run in parallel."""
    expired, now = 0, timezone.now()
    try:
        while closed := _expire(now, batch):
            expired += closed
    except Exception as error:
        if is_outage(error):
            raise
        # One reservation made the batch fail: try each by itself.
        due = Reservation.objects.filter(status=Status.ACTIVE, expires_at__lte=now).exclude(pk__in=resting(EXPIRE_JOB))
        ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:batch])
        expired += for_each(ids, lambda pk: _expire(now, 1, pk=pk) > 0, job=EXPIRE_JOB)
    return expired


def _reserve_plenty(
    order_id: uuid.UUID, wanted: Sequence[tuple[str, int]], expires_at: datetime
) -> ReservationResult | None:
    """`_reserve_new` in a single statement and transaction; None, with nothing done, when stock is not that plentiful.

    So a transaction that waits for the row of a hot SKU does not wait for our round trips as well.
    """
    new_id = uuid7()
    skus, quantities = [sku for sku, _ in wanted], [quantity for _, quantity in wanted]
    with connection.cursor() as cursor:
        cursor.execute(RESERVE_PLENTY, [new_id, order_id, expires_at, skus, quantities, MAX_DISPLAYED_STOCK])
        (lines,) = cursor.fetchone()
    if lines is None:
        return None
    taken = tuple(
        Line(line["sku"], line["quantity"], uuid.UUID(line["variant_id"]), line["allocation"])
        for line in json.loads(lines)
    )
    return ReservationResult(new_id, order_id, Status.ACTIVE, expires_at, taken)


def _require_in_time(result: ReservationResult) -> None:
    """Release what `_reserve_plenty` has committed already if the deadline is over. Raises DeadlineExceeded."""
    if not deadlines.is_over():
        return
    with transaction.atomic(durable=True):
        reservation, lines = _locked(result.id)
        if reservation.status == Status.ACTIVE:
            _release_units(lines)
            # Expired, not released: the order may go on and renew it.
            _close(reservation, Status.EXPIRED)
    deadlines.require_time_left()


def _reserve_new(order_id: uuid.UUID, wanted: Sequence[tuple[str, int]], expires_at: datetime) -> ReservationResult:
    held = locked_stock.lock_skus(sku for sku, _ in wanted)
    result = ReservationResult(uuid7(), order_id, Status.ACTIVE, expires_at, tuple(_take(held, wanted)))
    rows = [
        {
            "position": position,
            "sku": line.sku,
            "variant_id": line.variant_id and str(line.variant_id),
            "quantity": line.quantity,
            "allocation": line.allocation,
        }
        for position, line in enumerate(result.lines)
    ]
    new = {"id": result.id, "order_id": order_id, "expires_at": expires_at, "lines": json.dumps(rows)}
    locked_stock.save(held.values(), beside=[(ADD_RESERVATION, new)])
    return result


def _reserve_again(
    reservation_id: uuid.UUID, wanted: Sequence[tuple[str, int]], expires_at: datetime
) -> ReservationResult:
    with transaction.atomic(durable=True):
        reservation, lines = _locked(reservation_id)
        if reservation.status == Status.RELEASED:
            raise ReservationClosed(gettext("This order was cancelled; make a new one."))
        if [(line.sku, line.quantity) for line in lines] != wanted:
            raise Conflict(gettext("This order has a reservation with other lines already."))
        if reservation.status == Status.EXPIRED:
            lines = _renew_lines(reservation, lines)
            reservation.expires_at = expires_at
            _close(reservation, Status.ACTIVE)
            deadlines.require_time_left()
        return _result(reservation, lines)


def _take(held: Mapping[str, LockedStock], wanted: Sequence[tuple[str, int]]) -> list[Line]:
    """Reserve the lines from the locked stocks; when it raises, none of the stocks may be saved."""
    if unknown := sorted({sku for sku, _ in wanted} - held.keys()):
        raise ValidationProblem(
            gettext("Some SKUs are unknown."),
            errors={"lines": [gettext("Unknown SKU %(sku)s.") % {"sku": sku} for sku in unknown]},
        )
    lines, short = [], []
    for position, (sku, quantity) in enumerate(wanted):
        stock = held[sku]
        if stock.is_digital:
            lines.append(Line(sku, quantity, stock.variant_id))
        elif stock.available >= quantity:
            lines.append(Line(sku, quantity, stock.variant_id, stock.reserve(quantity)))
        else:
            short.append({"sku": sku, "position": position, "requested": quantity, "available": stock.available})
    if short:
        raise InsufficientStock(gettext("Some lines are not in stock in this quantity; see lines."), lines=short)
    return lines


def _renew_lines(reservation: Reservation, lines: Sequence[Line]) -> list[Line]:
    held = _lock(lines)
    # By the SKUs of the order, as a variant may have been renamed since.
    by_sku = {line.sku: held[line.variant_id] for line in lines if line.variant_id in held}
    taken = _take(by_sku, [(line.sku, line.quantity) for line in lines])
    locked_stock.save(held.values())
    rows = list(ReservationLine.objects.filter(reservation=reservation).order_by("position"))
    for row, line in zip(rows, taken, strict=True):
        row.allocation = line.allocation
    ReservationLine.objects.bulk_update(rows, ["allocation"])
    return taken


def _renew_expired(reservation: Reservation, lines: Sequence[Line]) -> list[Line]:
    try:
        return _renew_lines(reservation, lines)
    except InsufficientStock as error:
        raise ReservationExpired(
            gettext("The reservation expired and the units are gone."), **error.extensions
        ) from error
    except ValidationProblem as error:
        raise ReservationExpired(gettext("The reservation expired and the units are not sold any more.")) from error


def _close_active(reservation_id: uuid.UUID) -> tuple[Reservation, list[Line]] | None:
    """Lock an active reservation and mark it as committed, in one statement; None for any other, untouched."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_ACTIVE, [reservation_id])
        rows = cursor.fetchall()
    if not rows:
        return None
    order_id, expires_at = rows[0][:2]
    reservation = Reservation(pk=reservation_id, order_id=order_id, status=Status.COMMITTED, expires_at=expires_at)
    lines = [
        Line(sku, quantity, variant_id, json.loads(allocation)) for *_, sku, quantity, variant_id, allocation in rows
    ]
    return reservation, lines


def _sell(reservation: Reservation, lines: Iterable[Line]) -> None:
    """Take reserved units out of the stock, with their movements. Raises ReservationExpired when a stock is gone."""
    sold: dict[tuple[uuid.UUID, int], int] = {}
    for line in lines:
        for warehouse, quantity in line.allocation.items():
            place: Any = (line.variant_id, int(warehouse))
            sold[place] = sold.get(place, 0) + quantity
    if sold and not locked_stock.sell(sold, reference=str(reservation.order_id)):
        raise ReservationExpired(gettext("Something in the reservation is not sold any more."))


def _release_units(lines: Sequence[Line]) -> None:
    held = _lock(lines)
    for line in lines:
        # A variant that was deleted meanwhile took its stock with it.
        if line.variant_id in held:
            for warehouse_id, quantity in line.allocation.items():
                held[line.variant_id].change(int(warehouse_id), reserved=-quantity)
    locked_stock.save(held.values())


def _lock(lines: Iterable[Line]) -> dict[uuid.UUID, LockedStock]:
    return locked_stock.lock_variants(line.variant_id for line in lines if line.variant_id)


def _expire(now: datetime, batch: int, **only: Any) -> int:
    """Expire the longest overdue reservations that no other worker has locked; returns how many."""
    left_out = resting(EXPIRE_JOB)
    with transaction.atomic(durable=True):
        overdue = Reservation.objects.filter(status=Status.ACTIVE, expires_at__lte=now, **only)
        overdue = overdue.exclude(pk__in=left_out).order_by("expires_at")
        ids = list(overdue.select_for_update(skip_locked=True).values_list("pk", flat=True)[:batch])
        if ids:
            _release_units(_lines(ReservationLine.objects.filter(reservation__in=ids)))
            Reservation.objects.filter(pk__in=ids).update(status=Status.EXPIRED)
    return len(ids)


def _locked(reservation_id: uuid.UUID) -> tuple[Reservation, list[Line]]:
    reservation = Reservation.objects.select_for_update().filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound(gettext("There is no such reservation."))
    return reservation, _lines(ReservationLine.objects.filter(reservation=reservation).order_by("position"))


def _lines(rows: Iterable[ReservationLine]) -> list[Line]:
    return [Line(row.sku, row.quantity, row.variant_id, row.allocation) for row in rows]


def _close(reservation: Reservation, status: str) -> Reservation:
    reservation.status = status
    reservation.save(update_fields=["status", "expires_at"])
    return reservation


def _result(reservation: Reservation, lines: Sequence[Line]) -> ReservationResult:
    return ReservationResult(
        reservation.pk, reservation.order_id, reservation.status, reservation.expires_at, tuple(lines)
    )
