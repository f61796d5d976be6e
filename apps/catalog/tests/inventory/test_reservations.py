from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.inventory import services
from apps.catalog.inventory.models import Reservation, StockItem, StockMovement
from apps.catalog.inventory.tasks import expire_reservations
from apps.catalog.tests.factories import make_film, make_product, make_reservation, sku_of
from apps.common.problems import Conflict, NotFound, ValidationProblem

pytestmark = pytest.mark.django_db(transaction=True)


def reserve(*lines: tuple[str, int], order_id: uuid.UUID | None = None) -> Reservation:
    result, _ = services.reserve_stock(order_id=order_id or uuid.uuid4(), lines=lines, ttl=timedelta(minutes=15))
    return Reservation.objects.get(pk=result.id)


def stock(sku: str) -> tuple[int, int]:
    item = StockItem.objects.get(variant__sku=sku)
    return item.on_hand, item.reserved


@pytest.fixture
def mug() -> str:
    return sku_of(make_product("Mug", stock=10))


@pytest.fixture
def lamp() -> str:
    return sku_of(make_product("Lamp", stock=1))


def test_all_lines_are_reserved_or_none(mug, lamp):
    with pytest.raises(services.InsufficientStock) as refusal:
        reserve((mug, 2), (lamp, 2))
    assert refusal.value.extensions == {"lines": [{"sku": lamp, "position": 1, "requested": 2, "available": 1}]}
    assert stock(mug) == (10, 0)
    assert not Reservation.objects.exists()


def test_lines_that_share_a_sku_stay_two_and_share_its_stock(mug):
    reservation = reserve((mug, 4), (mug, 3))
    assert stock(mug) == (10, 7)
    lines = reservation.lines.order_by("position")
    assert [(line.position, line.sku, line.quantity) for line in lines] == [(0, mug, 4), (1, mug, 3)]
    services.commit_reservation(reservation.pk)
    assert stock(mug) == (3, 0)


def test_lines_that_share_a_sku_cannot_sneak_past_the_stock(mug):
    with pytest.raises(services.InsufficientStock) as refusal:
        reserve((mug, 6), (mug, 6))
    assert refusal.value.extensions == {"lines": [{"sku": mug, "position": 1, "requested": 6, "available": 4}]}
    assert stock(mug) == (10, 0)


def test_the_same_order_again_returns_the_same_reservation(mug):
    order_id = uuid.uuid4()
    first = reserve((mug, 2), order_id=order_id)
    again, is_new = services.reserve_stock(order_id=order_id, lines=[(mug, 2)], ttl=timedelta(minutes=1))
    assert (again.id, is_new) == (first.pk, False)
    assert stock(mug) == (10, 2)


def test_the_same_order_with_other_lines_is_a_conflict(mug):
    order_id = uuid.uuid4()
    reserve((mug, 2), order_id=order_id)
    with pytest.raises(Conflict):
        reserve((mug, 3), order_id=order_id)
    assert stock(mug) == (10, 2)


def test_unknown_skus_are_named(mug):
    with pytest.raises(ValidationProblem) as refusal:
        reserve((mug, 1), ("NOPE", 1))
    assert refusal.value.errors == {"lines": ["Unknown SKU NOPE."]}


def test_goods_that_were_never_counted_are_out_of_stock():
    sku = sku_of(make_product(stock=None))
    with pytest.raises(services.InsufficientStock):
        reserve((sku, 1))


def test_a_film_takes_part_without_stock(mug):
    make_film("Metropolis")
    reservation = reserve(("METROPOLIS-RENT", 1), (mug, 1))
    assert services.commit_reservation(reservation.pk).status == "committed"
    assert stock(mug) == (9, 0)


def test_committing_sells_once_however_often_it_is_asked(mug):
    reservation = reserve((mug, 2))
    services.commit_reservation(reservation.pk)
    services.commit_reservation(reservation.pk)
    assert stock(mug) == (8, 0)
    sold = StockMovement.objects.get(variant__sku=mug, reason="sold")
    assert (sold.quantity, sold.reference) == (-2, str(reservation.order_id))


def test_committing_takes_two_statements_whatever_the_lines(mug, lamp):
    reservation = reserve((mug, 2), (lamp, 1), (mug, 1), (make_film().variants.order_by("sku")[0].sku, 1))
    with CaptureQueriesContext(connection) as captured:
        result = services.commit_reservation(reservation.pk)
    found = [
        query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(found) == 2, "\n".join(found)  # close it and read its lines; movements and stock
    assert [(line.sku, line.quantity) for line in result.lines][:3] == [(mug, 2), (lamp, 1), (mug, 1)]
    movements = StockMovement.objects.filter(reason="sold", reference=str(reservation.order_id))
    assert sorted(movements.values_list("variant__sku", "quantity")) == sorted([(mug, -3), (lamp, -1)])


def test_releasing_returns_units_once(mug):
    reservation = reserve((mug, 2))
    services.release_reservation(reservation.pk)
    services.release_reservation(reservation.pk)
    assert stock(mug) == (10, 0)


def test_a_committed_reservation_cannot_be_released_nor_a_released_one_committed(mug):
    sold, released = reserve((mug, 1)), reserve((mug, 1))
    services.commit_reservation(sold.pk)
    services.release_reservation(released.pk)
    with pytest.raises(services.ReservationClosed):
        services.release_reservation(sold.pk)
    with pytest.raises(services.ReservationClosed):
        services.commit_reservation(released.pk)
    assert stock(mug) == (9, 0)


def test_an_unknown_reservation_is_not_found():
    with pytest.raises(NotFound):
        services.commit_reservation(uuid.uuid4())


def test_expiry_releases_overdue_reservations_and_leaves_the_rest(mug):
    due, running = make_reservation({mug: 2}, seconds=-1), make_reservation({mug: 3})
    assert expire_reservations() == 1
    due.refresh_from_db()
    running.refresh_from_db()
    assert (due.status, running.status) == ("expired", "active")
    assert stock(mug) == (10, 3)


def test_expiry_works_through_more_than_one_batch(mug):
    for _ in range(7):
        make_reservation({mug: 1}, seconds=-1)
    assert services.expire_due(batch=3) == 7
    assert stock(mug) == (10, 0)


def test_expiry_skips_reservations_that_another_worker_has_locked(mug):
    reservation = make_reservation({mug: 2}, seconds=-1)
    with transaction.atomic():
        Reservation.objects.select_for_update().get(pk=reservation.pk)
        assert in_another_connection(services.expire_due) == 0
    assert services.expire_due() == 1


def test_a_late_commit_reserves_the_units_again_when_they_are_there(mug):
    reservation = make_reservation({mug: 2}, seconds=-1)
    services.expire_due()
    assert services.commit_reservation(reservation.pk).status == "committed"
    assert stock(mug) == (8, 0)


def test_a_late_commit_is_refused_when_the_units_are_gone(lamp):
    reservation = make_reservation({lamp: 1}, seconds=-1)
    services.expire_due()
    reserve((lamp, 1))
    with pytest.raises(services.ReservationExpired) as refusal:
        services.commit_reservation(reservation.pk)
    assert refusal.value.extensions["lines"] == [{"sku": lamp, "position": 0, "requested": 1, "available": 0}]
    reservation.refresh_from_db()
    assert reservation.status == "expired"


def test_a_commit_between_deadline_and_expiry_is_in_time(mug):
    reservation = make_reservation({mug: 2}, seconds=-1)
    assert reservation.expires_at < timezone.now()
    assert services.commit_reservation(reservation.pk).status == "committed"


def test_staff_cannot_remove_reserved_units(mug):
    reserve((mug, 8))
    variant = StockItem.objects.get(variant__sku=mug).variant
    with pytest.raises(ValidationProblem):
        services.adjust_stock(variant, change=-3, reason="damaged")
    services.adjust_stock(variant, change=-2, reason="damaged")
    assert stock(mug) == (8, 8)


def test_counting_writes_the_difference_as_a_movement(mug):
    variant = StockItem.objects.get(variant__sku=mug).variant
    services.set_stock(variant, 7, reference="stock-take")
    services.set_stock(variant, 7, reference="stock-take")
    assert list(StockMovement.objects.filter(reference="stock-take").values_list("quantity", flat=True)) == [-3]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_movements_are_for_ever(mug, change):
    movements = StockMovement.objects.filter(variant__sku=mug)
    with pytest.raises(DatabaseError, match="for ever"), transaction.atomic():
        movements.update(quantity=99) if change == "update" else movements.delete()
    assert movements.get().quantity == 10


def in_another_connection(act):
    """The result of `act` in a thread with its own connection."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result(timeout=30)
