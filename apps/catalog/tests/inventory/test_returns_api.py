"""POST /v1/reservations/orders/{id}/returns: units of an order come back once, and never more than were sold."""

from __future__ import annotations

import uuid

import pytest

from apps.catalog.inventory.models import StockItem, StockLevel, StockMovement, Warehouse
from apps.catalog.inventory.services import ensure_warehouse, set_stock
from apps.catalog.products.models import Variant
from apps.catalog.tests.factories import make_product, make_reservation, sku_of
from apps.common.testing.concurrency import at_once
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payment(as_service):
    return as_service("payment", "stock:reserve")


@pytest.fixture
def mug() -> str:
    return sku_of(make_product("Mug", stock=10))


def on_hand(sku: str) -> int:
    return StockItem.objects.get(variant__sku=sku).on_hand


def sell(payment, lines: dict[str, int]) -> uuid.UUID:
    """An order whose units are sold; returns its id."""
    reservation = make_reservation(lines)
    assert payment.post(f"/v1/reservations/{reservation.pk}/commit").status_code == 200
    return reservation.order_id


def give_back(client, order_id: uuid.UUID, *lines: tuple[str, int], return_id: uuid.UUID | None = None):
    body = {"id": str(return_id or uuid.uuid4()), "lines": [{"sku": sku, "quantity": units} for sku, units in lines]}
    path = f"/v1/reservations/orders/{order_id}/returns"
    response = client.post(path, body)
    response_json = response.json() if response.content else None
    assert_matches_contract(
        "catalog", "POST", path, request_json=body, response_json=response_json, status=response.status_code
    )
    return response


def test_returned_units_are_on_hand_again_once_however_often_they_are_reported(payment, mug):
    order_id, return_id = sell(payment, {mug: 3}), uuid.uuid4()
    assert on_hand(mug) == 7
    statuses = [give_back(payment, order_id, (mug, 2), return_id=return_id).status_code for _ in range(3)]
    assert statuses == [204, 204, 204]
    assert on_hand(mug) == 9
    assert StockLevel.objects.get(variant__sku=mug).on_hand == 9
    movement = StockMovement.objects.get(reason="returned")
    assert (movement.quantity, movement.reference) == (2, str(order_id))


def test_no_more_units_come_back_than_were_sold(payment, mug):
    order_id = sell(payment, {mug: 3})
    assert give_back(payment, order_id, (mug, 2)).status_code == 204
    refused = give_back(payment, order_id, (mug, 2))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-sold")
    assert "at most 1 " in refused.json()["detail"]
    assert on_hand(mug) == 9
    assert give_back(payment, order_id, (mug, 1)).status_code == 204
    assert on_hand(mug) == 10


def test_units_go_back_to_the_warehouses_that_they_were_sold_from(payment, mug):
    near = ensure_warehouse()
    far = Warehouse.objects.create(code="far", name="Far", priority=9)
    variant = Variant.objects.get(sku=mug)
    set_stock(variant, 2, warehouse=near)
    set_stock(variant, 5, warehouse=far)
    order_id = sell(payment, {mug: 4})
    assert give_back(payment, order_id, (mug, 3)).status_code == 204
    levels = dict(StockLevel.objects.filter(variant=variant).values_list("warehouse__code", "on_hand"))
    assert levels == {near.code: 2, "far": 4}
    assert on_hand(mug) == 6


def test_units_that_were_only_reserved_or_are_of_another_order_do_not_come_back(payment, mug):
    reservation = make_reservation({mug: 2})
    other = sku_of(make_product("Jug", stock=5))
    order_id = sell(payment, {mug: 1})
    for wrong_order, sku in ((reservation.order_id, mug), (uuid.uuid4(), mug), (order_id, other)):
        assert give_back(payment, wrong_order, (sku, 1)).status_code == 409
    assert not StockMovement.objects.filter(reason="returned").exists()


def test_lines_are_returned_together_or_not_at_all(payment, mug):
    jug = sku_of(make_product("Jug", stock=5))
    order_id = sell(payment, {mug: 1, jug: 1})
    assert give_back(payment, order_id, (mug, 1), (jug, 2)).status_code == 409
    assert (on_hand(mug), on_hand(jug)) == (9, 4)


def test_returns_at_the_same_moment_do_not_add_up_to_more_than_was_sold(payment, as_service, mug):
    order_id = sell(payment, {mug: 3})
    clients = [as_service("payment", "stock:reserve") for _ in range(4)]
    responses = at_once(
        *(lambda client=client: give_back(client, order_id, (mug, 1)).status_code for client in clients)
    )
    assert sorted(responses) == [204, 204, 204, 409]
    assert on_hand(mug) == 10


@pytest.mark.parametrize("quantity", [0, -1, 10**12, "x", None])
def test_a_quantity_that_is_none_is_refused(payment, mug, quantity):
    order_id = sell(payment, {mug: 1})
    body = {"id": str(uuid.uuid4()), "lines": [{"sku": mug, "quantity": quantity}]}
    assert payment.post(f"/v1/reservations/orders/{order_id}/returns", body).status_code == 400


def test_only_services_with_the_scope_return_units(payment, as_service, as_staff, mug):
    order_id = sell(payment, {mug: 1})
    body = {"id": str(uuid.uuid4()), "lines": [{"sku": mug, "quantity": 1}]}
    for client in (as_service("video"), as_staff("admin")):
        assert client.post(f"/v1/reservations/orders/{order_id}/returns", body).status_code == 403
