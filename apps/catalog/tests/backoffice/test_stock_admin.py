"""Stock in the admin: lists that stay small, counts that change once, warehouses, reservations that are released."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.inventory import services
from apps.catalog.inventory.models import Reservation, StockItem, StockLevel, StockMovement, Warehouse
from apps.catalog.products.models import Product
from apps.catalog.tests.backoffice.test_products_admin import delete, errors, form_of, send, signed_in
from apps.catalog.tests.factories import make_product, make_reservation, sku_of

pytestmark = pytest.mark.django_db(transaction=True)
STOCK = "/admin/inventory/stockitem/"


@pytest.fixture
def staff():
    return signed_in("catalog_staff")


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", stock=10)


def page(product: Product) -> str:
    return f"{STOCK}{product.variants.get().pk}/change/"


def stock(product: Product) -> StockItem:
    return StockItem.objects.get(variant__product=product)


def listed(client, query: str) -> list[str]:
    rows = client.get(f"{STOCK}?{query}").context["cl"].result_list
    return sorted(item.variant.sku for item in rows)


class TestList:
    def test_stock_can_be_filtered_by_state_warehouse_and_name(self, staff, mug):
        low, out = make_product("Low", stock=2), make_product("Out", stock=0)
        skus = {product.title: sku_of(product) for product in (mug, low, out)}
        assert listed(staff, "state=low") == sorted([skus["Low"], skus["Out"]])
        assert listed(staff, "state=out") == [skus["Out"]]
        assert listed(staff, "q=mug") == [skus["Mug"]]
        assert listed(staff, f"q={skus['Low']}") == [skus["Low"]]
        assert listed(staff, f"warehouse={Warehouse.objects.get().code}") == sorted([skus["Mug"], skus["Low"]])
        assert listed(staff, "warehouse=x") == []
        assert len(listed(staff, "q=&state=nonsense")) == 3

    @pytest.mark.parametrize("model", ["stockitem", "stockmovement", "reservation"])
    def test_the_number_of_queries_does_not_grow_with_the_rows(self, staff, model):
        counts = []
        for more in (2, 18):
            for _ in range(more):
                make_reservation({sku_of(make_product(stock=5)): 1})
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(f"/admin/inventory/{model}/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12

    def test_movements_are_found_by_sku_and_reference(self, staff, mug):
        services.adjust_stock(mug.variants.get(), change=1, reason="received", reference="D-7")
        make_product("Other", stock=3)
        for query, count in [("q=D-7", 1), (f"q={sku_of(mug)}", 2), ("", 3)]:
            response = staff.get(f"/admin/inventory/stockmovement/?{query}")
            assert len(response.context["cl"].result_list) == count

    def test_history_of_a_stock_item_is_its_movements(self, staff, mug):
        make_product("Other", stock=3)
        response = staff.get(f"{STOCK}{mug.variants.get().pk}/history/", follow=True)
        assert [movement.variant.sku for movement in response.context["cl"].result_list] == [sku_of(mug)]
        assert staff.get(f"{STOCK}{uuid.uuid4()}/history/", follow=True).status_code == 200


class TestCounting:
    def test_an_adjustment_records_the_actor_the_warehouse_and_the_reason(self, staff, mug):
        far = services.add_warehouse(code="far", name="Far", priority=9)
        send(staff, page(mug), form_of(staff, page(mug)) | {"change": 5, "reason": "received", "warehouse": far.pk})
        movement = StockMovement.objects.get(warehouse=far)
        assert (movement.quantity, movement.moved_by) == (5, "catalog_staff@example.com")
        assert stock(mug).on_hand == 15

    def test_a_page_that_is_sent_twice_counts_once(self, staff, mug):
        data = form_of(staff, page(mug)) | {"change": 5, "reason": "received"}
        send(staff, page(mug), data)
        assert "already saved" in send(staff, page(mug), data)
        assert stock(mug).on_hand == 15

    def test_an_adjustment_needs_a_reason(self, staff, mug):
        assert "Select a reason" in errors(staff, page(mug), form_of(staff, page(mug)) | {"change": 5})

    def test_reserved_units_cannot_be_removed_and_absurd_quantities_are_refused(self, staff, mug):
        make_reservation({sku_of(mug): 4})
        data = form_of(staff, page(mug)) | {"reason": "damaged"}
        assert "6 units can be removed" in errors(staff, page(mug), data | {"change": -7})
        assert "less than or equal" in errors(staff, page(mug), data | {"change": 10**12})
        assert stock(mug).on_hand == 10

    def test_sales_are_not_written_by_hand(self, staff, mug):
        assert "sold" in errors(staff, page(mug), form_of(staff, page(mug)) | {"change": -5, "reason": "sold"})

    def test_units_are_moved_once(self, staff, mug):
        main, far = Warehouse.objects.get(), services.add_warehouse(code="far", name="Far", priority=9)
        data = form_of(staff, page(mug)) | {"quantity": 4, "source": main.pk, "target": far.pk}
        for _ in range(2):
            send(staff, page(mug), data)
        lies = StockLevel.objects.order_by("warehouse__priority").values_list("on_hand", flat=True)
        assert list(lies) == [6, 4]
        assert "6 units" in errors(
            staff, page(mug), form_of(staff, page(mug)) | data | {"quantity": 7, "movement_id": ""}
        )

    def test_a_refused_change_writes_none_of_the_page(self, staff, mug):
        data = form_of(staff, page(mug)) | {"low_stock_at": 7, "change": -11, "reason": "damaged"}
        assert "10 units" in errors(staff, page(mug), data)
        assert stock(mug).low_stock_at == 5

    def test_an_invalid_policy_is_refused(self, staff, mug):
        data = form_of(staff, page(mug))
        assert "make it 0" in errors(staff, page(mug), data | {"backorder_limit": 3})
        send(staff, page(mug), data | {"policy": "backorder", "backorder_limit": 3})
        assert stock(mug).available == 13

    def test_a_policy_that_another_editor_changed_is_not_overwritten_but_sales_go_on(self, staff, mug):
        data = form_of(staff, page(mug)) | {"policy": "backorder", "backorder_limit": 3}
        services.commit_reservation(make_reservation({sku_of(mug): 1}).pk)
        send(staff, page(mug), data)
        services.set_policy(mug.variants.get(), {"low_stock_at": 9})
        assert "Somebody changed this meanwhile" in errors(staff, page(mug), data | {"backorder_limit": 4})
        assert (stock(mug).backorder_limit, stock(mug).low_stock_at) == (3, 9)


class TestWarehouses:
    ADD = "/admin/inventory/warehouse/add/"

    def test_warehouse_can_be_opened_changed_and_closed(self, staff, mug):
        data = {"name": "Far", "code": "far", "country": "at", "priority": 3, "is_active": "on"}
        send(staff, self.ADD, data)
        far = Warehouse.objects.get(code="far")
        assert far.country == "AT"
        address = f"/admin/inventory/warehouse/{far.pk}/change/"
        open_page = form_of(staff, address)
        assert open_page.pop("is_active") == "on"
        send(staff, address, open_page | {"name": "Farther"})
        far.refresh_from_db()
        assert (far.name, far.code, far.is_active) == ("Farther", "far", False)
        assert "already exists" in errors(staff, self.ADD, data)
        assert "two-letter" in errors(staff, self.ADD, data | {"code": "x", "country": "1!"})

    def test_warehouse_with_reserved_units_cannot_be_closed(self, staff, mug):
        services.add_warehouse(code="far", name="Far", priority=9)
        make_reservation({sku_of(mug): 1})
        main = Warehouse.objects.get(code="main")
        address = f"/admin/inventory/warehouse/{main.pk}/change/"
        data = {name: value for name, value in form_of(staff, address).items() if name != "is_active"}
        assert "reserved" in errors(staff, address, data)

    def test_only_a_warehouse_that_never_held_stock_can_be_deleted(self, staff, mug):
        main, far = Warehouse.objects.get(), services.add_warehouse(code="far", name="Far", priority=9)
        services.move_stock(mug.variants.get(), quantity=1, source=main, target=far)
        services.move_stock(mug.variants.get(), quantity=1, source=far, target=main)
        empty = services.add_warehouse(code="empty", name="Empty", priority=9)
        StockLevel.objects.create(variant=mug.variants.get(), warehouse=empty)
        for warehouse, word in [(far, "close it"), (empty, "deleted")]:
            address = f"/admin/inventory/warehouse/{warehouse.pk}/delete/"
            assert word in delete(staff, address)
        assert set(Warehouse.objects.values_list("code", flat=True)) == {"main", "far"}

    def test_history_of_a_warehouse_shows_its_changes(self, staff, mug):
        main = Warehouse.objects.get()
        address = f"/admin/inventory/warehouse/{main.pk}/change/"
        send(staff, address, form_of(staff, address) | {"name": "Hall"})
        assert "Hall" in staff.get(f"/admin/inventory/warehouse/{main.pk}/history/").content.decode()


class TestReservations:
    ADDRESS = "/admin/inventory/reservation/"

    def test_reservation_is_released_once(self, staff, mug):
        reservation = make_reservation({sku_of(mug): 4})
        for _ in range(2):
            data = {"action": "release", "_selected_action": [reservation.pk]}
            assert "1 reservation released" in send(staff, self.ADDRESS, data)
        assert (stock(mug).reserved, Reservation.objects.get().status) == (0, "released")

    def test_committed_reservation_cannot_be_released(self, staff, mug):
        reservation = make_reservation({sku_of(mug): 4})
        services.commit_reservation(reservation.pk)
        page = send(staff, self.ADDRESS, {"action": "release", "_selected_action": [reservation.pk]})
        assert "committed" in page
        assert stock(mug).on_hand == 6

    def test_reservation_is_found_by_its_order(self, staff, mug):
        reservation = make_reservation({sku_of(mug): 4})
        shown = staff.get(f"{self.ADDRESS}{reservation.pk}/change/").content.decode()
        assert sku_of(mug) in shown
        for text, count in [(reservation.order_id, 1), ("nonsense", 0)]:
            assert len(staff.get(f"{self.ADDRESS}?q={text}").context["cl"].result_list) == count
