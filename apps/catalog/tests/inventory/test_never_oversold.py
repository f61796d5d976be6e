"""Many buyers, few units: real threads, each with its own connection to PostgreSQL."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.catalog.inventory import services
from apps.catalog.inventory.models import Reservation, StockItem, StockMovement
from apps.catalog.tests.factories import make_film, make_product, make_reservation, sku_of
from apps.common.problems import ValidationProblem

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 64
UNITS = 10
AGES = timedelta(minutes=15)


def all_at_once(count: int, act: Callable[[int], str]) -> Counter[str]:
    """Run `act(number)` in `count` threads that start together; what they returned, counted."""
    barrier = threading.Barrier(count, timeout=60)

    def run(number: int) -> str:
        try:
            connection.ensure_connection()
            barrier.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=count) as pool:
        return Counter(pool.map(run, range(count)))


def buy(sku: str, order_id: uuid.UUID | None = None) -> str:
    try:
        reservation, _ = services.reserve_stock(order_id=order_id or uuid.uuid4(), lines=[(sku, 1)], ttl=AGES)
        services.commit_reservation(reservation.id)
    except services.InsufficientStock:
        return "sold out"
    return "sold"


def test_without_the_row_lock_buyers_overwrite_each_other():
    """The race that the lock prevents: both read the same count, both write one more."""
    product = make_product(stock=UNITS)
    both_have_read = threading.Barrier(2, timeout=30)

    def take(_: int) -> str:
        with transaction.atomic():
            item = StockItem.objects.get(variant__product=product)
            both_have_read.wait()
            item.reserved += 1
            item.save(update_fields=["reserved"])
        return "taken"

    assert all_at_once(2, take) == {"taken": 2}
    assert StockItem.objects.get(variant__product=product).reserved == 1, "two took a unit and one was counted"


def test_sixty_four_buyers_of_ten_pieces_buy_exactly_ten():
    product = make_product(stock=UNITS)
    sku = sku_of(product)

    outcome = all_at_once(BUYERS, lambda number: buy(sku))

    assert outcome == {"sold": UNITS, "sold out": BUYERS - UNITS}
    item = StockItem.objects.get(variant__sku=sku)
    assert (item.on_hand, item.reserved) == (0, 0)
    sold = StockMovement.objects.filter(variant__sku=sku, reason=StockMovement.Reason.SOLD)
    assert sum(movement.quantity for movement in sold) == -UNITS
    assert Reservation.objects.count() == UNITS, "a refused reservation leaves nothing behind"


def test_orders_that_name_the_same_skus_in_opposite_order_do_not_deadlock():
    skus = [sku_of(make_product(stock=100)) for _ in range(5)]

    def reserve(number: int) -> str:
        lines = [(sku, 1) for sku in (skus if number % 2 else reversed(skus))]
        services.reserve_stock(order_id=uuid.uuid4(), lines=lines, ttl=AGES)
        return "reserved"

    assert all_at_once(24, reserve) == {"reserved": 24}
    assert set(StockItem.objects.values_list("reserved", flat=True)) == {24}


def test_one_order_delivered_many_times_at_once_makes_one_reservation():
    sku, order_id = sku_of(make_product(stock=UNITS)), uuid.uuid4()

    def reserve(_: int) -> str:
        reservation, _new = services.reserve_stock(order_id=order_id, lines=[(sku, 3)], ttl=AGES)
        return str(reservation.id)

    assert len(all_at_once(16, reserve)) == 1
    assert StockItem.objects.get(variant__sku=sku).reserved == 3


def test_one_reservation_committed_many_times_at_once_sells_once():
    sku = sku_of(make_product(stock=UNITS))
    reservation = make_reservation({sku: 2})

    assert all_at_once(16, lambda _: services.commit_reservation(reservation.pk).status) == {"committed": 16}
    item = StockItem.objects.get(variant__sku=sku)
    assert (item.on_hand, item.reserved) == (UNITS - 2, 0)


def test_commit_release_and_expiry_at_the_same_moment_agree_on_one_end():
    sku = sku_of(make_product(stock=UNITS))
    reservations = [make_reservation({sku: 1}, seconds=-1) for _ in range(UNITS)]

    def act(number: int) -> str:
        reservation = reservations[number // 3]
        try:
            match number % 3:
                case 0:
                    services.commit_reservation(reservation.pk)
                case 1:
                    services.release_reservation(reservation.pk)
                case 2:
                    services.expire_due()
        except services.ReservationClosed:
            return "closed"
        return "done"

    all_at_once(3 * UNITS, act)

    sold = Reservation.objects.filter(status=Reservation.Status.COMMITTED).count()
    item = StockItem.objects.get(variant__sku=sku)
    assert not Reservation.objects.filter(status=Reservation.Status.ACTIVE).exists()
    assert (item.on_hand, item.reserved) == (UNITS - sold, 0)


def test_staff_taking_pieces_away_and_buyers_never_meet_below_zero():
    product = make_product(stock=UNITS)
    sku, variant = sku_of(product), product.variants.get()

    def act(number: int) -> str:
        if number % 2:
            return buy(sku)
        try:
            services.adjust_stock(variant, change=-1, reason=StockMovement.Reason.DAMAGED)
        except ValidationProblem:
            return "refused"
        return "taken"

    outcome = all_at_once(32, act)
    item = StockItem.objects.get(variant__sku=sku)
    assert (item.on_hand, item.reserved) == (0, 0)
    assert outcome["sold"] + outcome["taken"] == UNITS


def test_the_database_itself_refuses_to_promise_more_than_there_is():
    sku = sku_of(make_product(stock=1))

    with pytest.raises(IntegrityError, match="stock_never_oversold"), transaction.atomic():
        StockItem.objects.filter(variant__sku=sku).update(reserved=2)


def test_films_never_run_out():
    make_film("Metropolis")
    assert all_at_once(16, lambda _: buy("METROPOLIS-BUY")) == {"sold": 16}


@pytest.mark.parametrize("stock", [UNITS, 1_000], ids=["scarce", "plenty"])
def test_an_order_that_is_given_up_while_it_is_reserved_keeps_nothing(stock):
    """Whoever is first, nothing stays reserved: not to the late one, and not to the one that was in time."""
    sku = sku_of(make_product(stock=stock))

    def act(number: int) -> str:
        order_id = orders[number // 2]
        if number % 2:
            services.release_order(order_id)
            return "given up"
        try:
            services.reserve_stock(order_id=order_id, lines=[(sku, 1)], ttl=AGES)
        except services.ReservationClosed:
            return "refused"
        return "reserved"

    ends: Counter[str] = Counter()
    for _ in range(10):
        orders = [uuid.uuid4() for _ in range(4)]
        ends += all_at_once(8, act)
        assert set(Reservation.objects.filter(order_id__in=orders).values_list("status", flat=True)) == {"released"}
        assert StockItem.objects.get(variant__sku=sku).reserved == 0
    assert ends["given up"] == 40
    assert ends["reserved"] + ends["refused"] == 40


def test_a_reservation_that_waits_for_stock_is_refused_when_its_order_is_given_up_meanwhile():
    sku = sku_of(make_product(stock=UNITS))
    order_id = uuid.uuid4()
    ended: list[str] = []

    def reserve() -> None:
        try:
            services.reserve_stock(order_id=order_id, lines=[(sku, 1)], ttl=AGES)
            ended.append("reserved")
        except services.ReservationClosed:
            ended.append("refused")
        finally:
            connection.close()

    with transaction.atomic():
        StockItem.objects.select_for_update().get(variant__sku=sku)
        late = threading.Thread(target=reserve)
        late.start()
        until_somebody_waits()
        all_at_once(1, lambda _: str(services.release_order(order_id)))
    late.join(timeout=30)
    assert ended == ["refused"]
    assert StockItem.objects.get(variant__sku=sku).reserved == 0


def until_somebody_waits() -> None:
    """For a lock of ours: seen in the database, with a deadline."""
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at:
        with connection.cursor() as cursor:
            # Not pg_stat_activity, which a transaction sees as it was at its first look.
            cursor.execute("SELECT bool_or(pg_backend_pid() = ANY(pg_blocking_pids(pid))) FROM pg_locks")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waited for the lock.")
