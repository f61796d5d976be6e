"""The reservations that payment makes, attacked at their address."""

from __future__ import annotations

import uuid

import pytest

from apps.catalog.inventory.models import Reservation, StockItem
from apps.catalog.tests.factories import make_product, make_reservation, sku_of
from apps.common import deadlines
from apps.common.outbox.testing import deliver
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/v1/reservations"


@pytest.fixture
def payment(as_service):
    return as_service("payment", "stock:reserve")


@pytest.fixture
def mug() -> str:
    return sku_of(make_product("Mug", stock=10))


def order(*lines: tuple, **body) -> dict:
    return {
        "order_id": str(uuid.uuid4()),
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        **body,
    }


def test_a_reservation_is_made_committed_and_stays(payment, mug):
    request = order((mug, 2))
    made = payment.post(ADDRESS, request)
    body = made.json()
    assert (made.status_code, body["status"], body["lines"]) == (201, "active", [{"sku": mug, "quantity": 2}])
    assert_matches_contract("catalog", "POST", ADDRESS, request_json=request, response_json=body, status=201)
    again = payment.post(ADDRESS, request)
    assert (again.status_code, again.json()) == (200, body)
    committed = payment.post(f"{ADDRESS}/{body['id']}/commit")
    assert (committed.status_code, committed.json()["status"]) == (200, "committed")
    assert_matches_contract("catalog", "POST", f"{ADDRESS}/{body['id']}/commit", response_json=committed.json())
    assert payment.post(f"{ADDRESS}/{body['id']}/commit").status_code == 200
    assert payment.delete(f"{ADDRESS}/{body['id']}").status_code == 409


def test_releasing_returns_204_however_often(payment, mug):
    address = f"{ADDRESS}/{make_reservation({mug: 2}).pk}"
    assert [payment.delete(address).status_code for _ in range(2)] == [204, 204]


def test_short_stock_says_what_is_short(payment, mug):
    response = payment.post(ADDRESS, order((mug, 11)))
    assert response.status_code == 409
    body = response.json()
    assert body["type"] == "/problems/insufficient-stock"
    assert body["lines"] == [{"sku": mug, "position": 0, "requested": 11, "available": 10}]
    assert not Reservation.objects.exists()


def test_the_same_order_with_other_lines_is_a_conflict(payment, mug):
    request = order((mug, 2))
    payment.post(ADDRESS, request)
    request["lines"][0]["quantity"] = 3
    assert payment.post(ADDRESS, request).status_code == 409


def test_a_hundred_lines_of_one_sku_stay_apart(payment, mug):
    refused = payment.post(ADDRESS, order(*[(mug, 1)] * 100))
    assert (refused.status_code, [line["position"] for line in refused.json()["lines"]]) == (409, list(range(10, 100)))
    assert payment.post(ADDRESS, order(*[(mug, 1)] * 10)).json()["lines"] == [{"sku": mug, "quantity": 1}] * 10


@pytest.mark.parametrize("quantity", [0, -1, 10**12, 2**31, "1e9", None])
def test_absurd_quantities_are_refused(payment, mug, quantity):
    response = payment.post(ADDRESS, order((mug, quantity)))
    assert (response.status_code, list(response.json()["errors"])) == (400, ["lines.0.quantity"])
    assert StockItem.objects.get(variant__sku=mug).reserved == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order_id": "SC-1"}, "order_id"),
        ({"order_id": None}, "order_id"),
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "A", "quantity": 1}] * 101}, "lines"),
        ({"lines": [{"sku": "NOPE", "quantity": 1}]}, "lines"),
        ({"lines": [{"sku": "a\x00", "quantity": 1}]}, "lines.0.sku"),
        ({"ttl_seconds": 0}, "ttl_seconds"),
        ({"ttl_seconds": -5}, "ttl_seconds"),
        ({"ttl_seconds": 10**12}, "ttl_seconds"),
    ],
)
def test_a_bad_body_is_a_problem_that_names_the_field(payment, mug, change, field):
    response = payment.post(ADDRESS, order((mug, 1)) | change)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("call", ["post", "commit", "delete"])
class TestWhoMay:
    def attempt(self, client, call: str, mug: str) -> int:
        reservation = make_reservation({mug: 1})
        match call:
            case "post":
                return client.post(ADDRESS, order((mug, 1))).status_code
            case "commit":
                return client.post(f"{ADDRESS}/{reservation.pk}/commit").status_code
        return client.delete(f"{ADDRESS}/{reservation.pk}").status_code

    def test_a_stranger_may_not(self, api_client, mug, call):
        assert self.attempt(api_client, call, mug) == 401

    def test_a_customer_and_staff_may_not(self, as_user, as_staff, mug, call):
        assert self.attempt(as_user(), call, mug) == 403
        assert self.attempt(as_staff("admin", "catalog_staff"), call, mug) == 403

    def test_a_customer_whose_token_claims_the_scope_may_not(self, as_user, mug, call):
        assert self.attempt(as_user(scopes=["stock:reserve"]), call, mug) == 403

    def test_a_service_with_another_scope_may_not(self, as_service, mug, call):
        assert self.attempt(as_service("video", "events:read"), call, mug) == 403


@pytest.mark.parametrize("reservation", [str(uuid.uuid4()), "not-an-id", "%00", "../quotes"])
def test_an_unknown_reservation_is_a_problem(payment, reservation):
    response = payment.post(f"{ADDRESS}/{reservation}/commit")
    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


def test_an_expired_reservation_whose_units_are_gone_says_so(payment):
    lamp = sku_of(make_product("Lamp", stock=1))
    late = make_reservation({lamp: 1}, seconds=-1)
    from apps.catalog.inventory.services import expire_due

    expire_due()
    make_reservation({lamp: 1})
    response = payment.post(f"{ADDRESS}/{late.pk}/commit")
    assert (response.status_code, response.json()["type"]) == (409, "/problems/reservation-expired")


class TestOrders:
    """Reservations are closed by the order that they are for, also before they exist."""

    def address(self, order_id: str) -> str:
        return f"{ADDRESS}/orders/{order_id}"

    def test_a_request_that_is_carried_out_after_its_order_was_given_up_is_refused(self, payment, mug):
        request = order((mug, 2))
        given_up = payment.delete(self.address(request["order_id"]))
        assert given_up.status_code == 204
        assert_matches_contract("catalog", "DELETE", self.address(request["order_id"]), status=204)
        late = payment.post(ADDRESS, request)
        assert (late.status_code, late.json()["type"]) == (409, "/problems/reservation-closed")
        assert_matches_contract("catalog", "POST", ADDRESS, request_json=request, response_json=late.json(), status=409)
        assert StockItem.objects.get(variant__sku=mug).reserved == 0

    def test_reserved_units_are_released_however_often_the_request_is_sent(self, payment, mug):
        reservation = make_reservation({mug: 2})
        statuses = [payment.delete(self.address(reservation.order_id)).status_code for _ in range(2)]
        assert statuses == [204, 204]
        assert StockItem.objects.get(variant__sku=mug).reserved == 0
        assert Reservation.objects.get().status == "released"

    def test_a_committed_order_cannot_be_released(self, payment, mug):
        reservation = make_reservation({mug: 2})
        payment.post(f"{ADDRESS}/{reservation.pk}/commit")
        response = payment.delete(self.address(reservation.order_id))
        assert (response.status_code, response.json()["type"]) == (409, "/problems/reservation-closed")

    def test_strangers_close_nothing(self, api_client, as_staff, mug):
        reservation = make_reservation({mug: 2})
        for client, status in ((api_client, 401), (as_staff("catalog_staff"), 403)):
            assert client.delete(self.address(reservation.order_id)).status_code == status
        assert Reservation.objects.get().status == "active"


class TestDeadlines:
    LATE = {"HTTP_X_REQUEST_DEADLINE": "1000000000.0"}

    def test_a_request_that_comes_too_late_reserves_nothing(self, payment, mug):
        response = payment.post(ADDRESS, order((mug, 2)), **self.LATE)
        assert (response.status_code, response.json()["type"]) == (504, "/problems/deadline-exceeded")
        assert not Reservation.objects.exists()

    @pytest.mark.parametrize("quantity", [2, 9_000])
    def test_a_request_that_becomes_late_while_it_runs_reserves_nothing_and_can_be_retried(
        self, quantity, payment, mug, monkeypatch
    ):
        """Plenty is reserved in one statement, scarce stock by locked rows: both ways check the deadline again."""
        sku = mug if quantity == 2 else sku_of(make_product("Jug", stock=10_000))
        request = order((sku, quantity))
        with monkeypatch.context() as patch:
            patch.setattr(deadlines, "is_over", iter([False, True, True, True]).__next__)
            assert payment.post(ADDRESS, request).status_code == 504
        assert StockItem.objects.get(variant__sku=sku).reserved == 0
        assert not Reservation.objects.filter(status="active").exists()
        assert payment.post(ADDRESS, request).json()["status"] == "active"

    def test_a_commit_that_becomes_late_sells_nothing(self, payment, mug, monkeypatch):
        reservation = make_reservation({mug: 2})
        with monkeypatch.context() as patch:
            patch.setattr(deadlines, "is_over", iter([False, True]).__next__)
            assert payment.post(f"{ADDRESS}/{reservation.pk}/commit").status_code == 504
        assert (Reservation.objects.get().status, StockItem.objects.get(variant__sku=mug).on_hand) == ("active", 10)


class TestCancelledOrders:
    def test_the_event_releases_units_that_payment_could_not(self, mug):
        reservation = make_reservation({mug: 2})
        for _ in range(2):
            self.cancel(reservation.order_id)
        assert StockItem.objects.get(variant__sku=mug).reserved == 0

    def test_an_event_about_something_sold_changes_nothing_and_holds_up_nobody(self, payment, mug):
        reservation = make_reservation({mug: 2})
        payment.post(f"{ADDRESS}/{reservation.pk}/commit")
        self.cancel(reservation.order_id)
        assert Reservation.objects.get().status == "committed"

    def test_an_event_from_before_events_named_orders_is_passed_over(self):
        self.cancel(None)
        assert not Reservation.objects.exists()

    def cancel(self, order_id: uuid.UUID | None) -> None:
        data = {"order_number": "SC-1", "user_id": None, "lines": []}
        data |= {"order_id": str(order_id)} if order_id else {}
        deliver("payment", "order.cancelled", subject="SC-1", data=data)
