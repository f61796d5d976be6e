"""Stock over REST, for staff."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from apps.catalog.inventory import services
from apps.catalog.inventory.models import StockItem, StockLevel, StockMovement, Warehouse
from apps.catalog.tests.factories import make_film, make_product, make_reservation, sku_of
from apps.catalog.tests.inventory.test_never_oversold import all_at_once
from apps.common.testing.clients import ServiceTestClient
from apps.common.testing.tokens import access_token

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/v1/stock"


@pytest.fixture
def staff(as_staff):
    return as_staff("catalog_staff", user_id=uuid.UUID(int=7))


@pytest.fixture
def berlin() -> Warehouse:
    services.ensure_warehouse()
    return services.add_warehouse(code="berlin", name="Berlin", priority=5)


@pytest.fixture
def mug(berlin) -> str:
    return sku_of(make_product("Blue mug", stock=10, sku="MUG-BLUE"))


def adjust(client, sku, key=None, **body):
    body = {"mode": "add", "quantity": 1, "reason": "received"} | body
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return client.post(f"{ADDRESS}/{sku}/adjustments", body, headers=headers)


def transfer(client, key=None, **body):
    return client.post(f"{ADDRESS}/transfers", body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def skus(client, query="") -> list[str]:
    response = client.get(f"{ADDRESS}{query}")
    assert response.status_code == 200, response.content
    return [item["sku"] for item in response.json()["results"]]


# --- reading ---


def test_stock_is_listed_by_warehouse(staff, mug):
    make_reservation({mug: 3})
    transfer(staff, sku=mug, quantity=4, source="main", target="berlin")
    body = staff.get(f"{ADDRESS}/{mug}").json()
    assert (body["on_hand"], body["reserved"], body["available"], body["owed"]) == (10, 3, 7, 0)
    assert (body["title"], body["state"], body["policy"]) == ("Blue mug", "in_stock", "deny")
    levels = [(level["warehouse"], level["on_hand"], level["reserved"]) for level in body["levels"]]
    assert levels == [("main", 6, 3), ("berlin", 4, 0)]


def test_a_variant_that_nobody_counted_has_nothing(staff):
    sku = sku_of(make_product(stock=None))
    body = staff.get(f"{ADDRESS}/{sku}").json()
    assert (body["on_hand"], body["levels"]) == (0, [])


@pytest.mark.parametrize("sku", ["NONE", "METROPOLIS-BUY", "%F0%9F%98%80", "x" * 300])
def test_sku_without_stock_is_not_found(sku, staff):
    make_film("Metropolis")
    for address in (f"{ADDRESS}/{sku}", f"{ADDRESS}/{sku}/movements", f"{ADDRESS}/{sku}/policy"):
        assert staff.get(address).status_code == 404
    assert adjust(staff, sku).status_code == 404


def test_lists_can_be_filtered(staff, berlin):
    for name, stock in (("PLENTY", 50), ("FEW", 3), ("NONE", 0), ("LATER", 0), ("SOON", 0)):
        make_product(f"The {name.lower()} one", sku=name, stock=stock)
    for sku, policy, day in (("LATER", "backorder", None), ("SOON", "preorder", date(2030, 1, 1))):
        variant = StockItem.objects.get(variant__sku=sku).variant
        services.set_policy(variant, {"policy": policy, "backorder_limit": 5, "available_on": day})
    make_reservation({"LATER": 2})
    services.adjust_stock(
        StockItem.objects.get(variant__sku="PLENTY").variant, change=1, reason="received", warehouse=berlin
    )
    assert skus(staff) == ["FEW", "LATER", "NONE", "PLENTY", "SOON"]
    assert skus(staff, "?low=1") == ["FEW", "LATER", "NONE", "SOON"]
    assert skus(staff, "?show=out") == ["LATER", "NONE", "SOON"]
    assert skus(staff, "?show=owed") == ["LATER"]
    assert skus(staff, "?show=backorder") == ["LATER"]
    assert skus(staff, "?show=preorder") == ["SOON"]
    assert skus(staff, "?warehouse=berlin") == ["PLENTY"]
    assert skus(staff, "?q=plenty") == ["PLENTY"]
    assert skus(staff, "?q=PLEN") == ["PLENTY"]
    assert skus(staff, "?q=later&low=1") == ["LATER"]


def test_pages_follow_each_other(staff):
    for number in range(5):
        make_product(sku=f"SKU-{number}")
    first = staff.get(f"{ADDRESS}?limit=2").json()
    second = staff.get(first["next"]).json()
    assert [item["sku"] for item in first["results"] + second["results"]] == ["SKU-0", "SKU-1", "SKU-2", "SKU-3"]


@pytest.mark.parametrize(
    "query",
    ["?cursor=rubbish", "?limit=0", "?show=everything", "?colour=red", "?warehouse=a/b", "?q=%00", "?low=maybe"],
)
def test_an_invalid_query_is_refused(query, staff):
    response = staff.get(f"{ADDRESS}{query}")
    assert response.status_code == 400


@pytest.mark.parametrize("count", [2, 20])
def test_a_list_costs_the_same_for_two_and_twenty(count, staff, berlin, django_assert_num_queries):
    for number in range(count):
        variant = make_product(sku=f"SKU-{number:02}").variants.get()
        services.adjust_stock(variant, change=1, reason="received", warehouse=berlin)
    with django_assert_num_queries(2):  # stock with variants and products; levels with warehouses
        assert len(skus(staff)) == count
    with django_assert_num_queries(2):  # the variant; its movements with warehouses
        staff.get(f"{ADDRESS}/SKU-00/movements")


@pytest.mark.parametrize("roles", [(), ("customer",), ("support_staff",), ("video_staff",)])
def test_only_catalogue_staff_see_and_change_stock(roles, as_staff, api_client, mug):
    client = as_staff(*roles) if roles else api_client
    refused = 403 if roles else 401
    for address in (ADDRESS, f"{ADDRESS}/{mug}", f"{ADDRESS}/{mug}/movements", f"{ADDRESS}/{mug}/policy"):
        assert client.get(address).status_code == refused
    assert client.get("/v1/warehouses").status_code == refused
    assert adjust(client, mug).status_code == refused
    assert client.patch(f"{ADDRESS}/{mug}/policy", {}).status_code == refused
    assert StockItem.objects.get().on_hand == 10


# --- adjusting ---


@pytest.mark.parametrize(
    ("mode", "quantity", "left"), [("add", 5, 15), ("remove", 4, 6), ("set", 3, 3), ("set", 12, 12)]
)
def test_units_are_added_removed_and_counted_with_a_reason(mode, quantity, left, staff, mug):
    response = adjust(staff, mug, mode=mode, quantity=quantity, reason="counted", reference="Aisle 4")
    body = response.json()
    assert (response.status_code, body["stock"]["on_hand"]) == (201, left)
    assert body["movement"] | {"id": "", "created_at": ""} == {
        "id": "",
        "sku": mug,
        "warehouse": "main",
        "quantity": left - 10,
        "reason": "counted",
        "reference": "Aisle 4",
        "moved_by": "ada@example.com",
        "created_at": "",
    }


def test_counting_what_is_there_writes_no_movement(staff, mug):
    before = StockMovement.objects.count()
    response = adjust(staff, mug, mode="set", quantity=10, reason="counted")
    assert (response.status_code, response.json()["movement"]) == (200, None)
    assert StockMovement.objects.count() == before


def test_a_count_is_of_one_warehouse(staff, mug):
    adjust(staff, mug, mode="set", quantity=7, reason="counted", warehouse="berlin")
    assert staff.get(f"{ADDRESS}/{mug}").json()["on_hand"] == 17


def test_reserved_units_cannot_be_removed(staff, mug):
    make_reservation({mug: 8})
    response = adjust(staff, mug, mode="remove", quantity=3, reason="damaged")
    assert response.status_code == 400
    assert "2 units" in response.json()["detail"]
    assert adjust(staff, mug, mode="set", quantity=7, reason="counted").status_code == 400
    assert StockItem.objects.get().on_hand == 10


def test_the_same_request_again_adjusts_once(staff, mug):
    responses = [adjust(staff, mug, key="delivery", quantity=5) for _ in range(3)]
    assert [response.status_code for response in responses] == [201, 201, 201]
    assert len({response.json()["movement"]["id"] for response in responses}) == 1
    assert StockItem.objects.get().on_hand == 15
    assert adjust(staff, mug, key="delivery", quantity=6).status_code == 422
    assert adjust(staff, mug, key="another", quantity=5).status_code == 201


def test_a_process_that_dies_before_it_responds_adjusts_once(staff, mug, monkeypatch):
    """The key is free again, as after a minute, and the work is started again."""
    from apps.common.idempotency.models import IdempotencyRecord

    adjust(staff, mug, key="delivery", quantity=5)
    IdempotencyRecord.objects.all().delete()
    assert adjust(staff, mug, key="delivery", quantity=5).status_code == 201
    transfer(staff, key="move", sku=mug, quantity=2, source="main", target="berlin")
    IdempotencyRecord.objects.all().delete()
    transfer(staff, key="move", sku=mug, quantity=2, source="main", target="berlin")
    body = staff.get(f"{ADDRESS}/{mug}").json()
    assert [level["on_hand"] for level in body["levels"]] == [13, 2]


def test_a_double_click_adjusts_once(mug):

    token = access_token(uuid.UUID(int=7), roles=["catalog_staff"])

    def click(_: int) -> str:
        client = ServiceTestClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return str(adjust(client, mug, key="click", quantity=5).status_code)

    assert set(all_at_once(6, click)) <= {"201", "409"}
    assert StockItem.objects.get().on_hand == 15


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("quantity", {"quantity": -1}),
        ("quantity", {"quantity": 0}),
        ("quantity", {"quantity": 10**30}),
        ("quantity", {"quantity": 1_000_000_001}),
        ("quantity", {"quantity": "many"}),
        ("quantity", {"quantity": 1.5}),
        ("quantity", {"quantity": None}),
        ("quantity", {"quantity": "1e400"}),
        ("mode", {"mode": "multiply"}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "sold"}),
        ("reason", {"reason": "moved"}),
        ("warehouse", {"warehouse": "atlantis"}),
        ("warehouse", {"warehouse": "\x00"}),
        ("reference", {"reference": "x" * 101}),
        ("reference", {"reference": "a\x00b"}),
        ("colour", {"colour": "red"}),
    ],
)
def test_an_invalid_adjustment_changes_nothing(field, body, staff, mug):
    response = adjust(staff, mug, **body)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")
    assert field in response.json()["errors"]
    assert StockItem.objects.get().on_hand == 10


def test_more_than_can_be_counted_is_refused(staff, mug):
    response = adjust(staff, mug, quantity=1_000_000_000)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")


@pytest.mark.parametrize("body", ["[]", "null", '"add"', "{", "[1]", b"\xff\xfe"])
def test_an_invalid_body_is_refused(body, staff, mug):
    response = staff.post(
        f"{ADDRESS}/{mug}/adjustments", body, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert response.status_code == 400


def test_an_adjustment_without_a_key_is_refused(staff, mug):
    response = staff.post(f"{ADDRESS}/{mug}/adjustments", {"mode": "add", "quantity": 1, "reason": "received"})
    assert response.json()["type"] == "/problems/idempotency-key-required"


# --- moving ---


def test_a_transfer_moves_units_and_records_both_movements(staff, mug):
    response = transfer(staff, sku=mug, quantity=4, source="main", target="berlin", reference="Truck 2")
    assert response.status_code == 201
    assert response.json()["on_hand"] == 10
    history = staff.get(f"{ADDRESS}/{mug}/movements").json()["results"]
    ends = {(row["warehouse"], row["quantity"], row["reason"], row["reference"]) for row in history[:2]}
    assert ends == {("main", -4, "moved", "Truck 2"), ("berlin", 4, "moved", "Truck 2")}


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("quantity", {"quantity": 11}),
        ("quantity", {"quantity": 0}),
        ("target", {"target": "main"}),
        ("target", {"target": "atlantis"}),
        ("source", {"source": "atlantis"}),
        ("source", {"source": ""}),
        ("sku", {"sku": "a\x00"}),
    ],
)
def test_a_transfer_that_cannot_be_made_moves_nothing(field, body, staff, mug):
    response = transfer(staff, **{"sku": mug, "quantity": 1, "source": "main", "target": "berlin"} | body)
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not StockLevel.objects.filter(warehouse__code="berlin").exclude(on_hand=0).exists()


def test_an_unknown_sku_cannot_be_moved(staff, berlin):
    assert transfer(staff, sku="NONE", quantity=1, source="main", target="berlin").status_code == 404


def test_reserved_units_cannot_be_transferred(staff, mug):
    make_reservation({mug: 8})
    response = transfer(staff, sku=mug, quantity=3, source="main", target="berlin")
    assert response.status_code == 400
    assert "2 units" in response.json()["detail"]


# --- history ---


def test_the_history_is_read_newest_first_and_never_written(staff, mug):
    adjust(staff, mug, quantity=2)
    adjust(staff, mug, mode="remove", quantity=1, reason="damaged")
    rows = staff.get(f"{ADDRESS}/{mug}/movements?limit=2").json()
    assert [row["quantity"] for row in rows["results"]] == [-1, 2]
    assert [row["quantity"] for row in staff.get(rows["next"]).json()["results"]] == [10]
    for method in (staff.post, staff.put, staff.patch, staff.delete):
        assert method(f"{ADDRESS}/{mug}/movements").status_code == 405


# --- policy ---


def policy_of(client, sku):
    response = client.get(f"{ADDRESS}/{sku}/policy")
    return response.json(), response["ETag"]


def test_a_policy_is_changed_with_its_current_etag(staff, mug, api_client):
    body, tag = policy_of(staff, mug)
    assert body == {"policy": "deny", "backorder_limit": 0, "available_on": None, "low_stock_at": 5}
    wanted = {"policy": "preorder", "backorder_limit": 20, "available_on": "2030-03-01"}
    response = staff.patch(f"{ADDRESS}/{mug}/policy", wanted, headers={"If-Match": tag})
    assert (response.status_code, response.json()) == (200, body | wanted)
    assert response["ETag"] == policy_of(staff, mug)[1] != tag
    make_reservation({mug: 30})
    stale = staff.patch(f"{ADDRESS}/{mug}/policy", {"low_stock_at": 1}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/precondition-failed")
    assert staff.patch(f"{ADDRESS}/{mug}/policy", {"low_stock_at": 1}).status_code == 428


def test_a_sale_does_not_make_a_seen_policy_stale(staff, mug):
    _, tag = policy_of(staff, mug)
    make_reservation({mug: 1})
    assert staff.patch(f"{ADDRESS}/{mug}/policy", {"low_stock_at": 1}, headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("backorder_limit", {"backorder_limit": 5}),
        ("available_on", {"policy": "preorder", "backorder_limit": 5}),
        ("available_on", {"available_on": "tomorrow"}),
        ("available_on", {"available_on": "10000-01-01"}),
        ("backorder_limit", {"policy": "backorder", "backorder_limit": -1}),
        ("backorder_limit", {"policy": "backorder", "backorder_limit": 1_000_001}),
        ("low_stock_at", {"low_stock_at": 10**12}),
        ("policy", {"policy": "maybe"}),
        ("colour", {"colour": "red"}),
    ],
)
def test_an_invalid_policy_is_refused(field, body, staff, mug):
    response = staff.patch(f"{ADDRESS}/{mug}/policy", body, headers={"If-Match": "*"})
    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_backorder_limit_cannot_fall_below_the_units_owed(staff, mug):
    staff.patch(f"{ADDRESS}/{mug}/policy", {"policy": "backorder", "backorder_limit": 5}, headers={"If-Match": "*"})
    make_reservation({mug: 13})
    response = staff.patch(f"{ADDRESS}/{mug}/policy", {"backorder_limit": 2}, headers={"If-Match": "*"})
    assert response.status_code == 400
    assert "3 units are owed" in response.json()["detail"]


# --- warehouses ---


def test_a_warehouse_can_be_created_changed_closed_and_deleted(staff, mug):
    made = staff.post(
        "/v1/warehouses",
        {"code": "lyon", "name": "Lyon", "country": "FR", "priority": 2},
        headers={"Idempotency-Key": "lyon"},
    )
    assert (made.status_code, made["Location"]) == (201, "/v1/warehouses/lyon")
    assert [row["code"] for row in staff.get("/v1/warehouses").json()["results"]] == ["main", "lyon", "berlin"]
    changed = staff.patch("/v1/warehouses/lyon", {"name": "Lyon Sud"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "Lyon Sud")
    assert staff.patch("/v1/warehouses/lyon", {"name": "X"}, headers={"If-Match": made["ETag"]}).status_code == 412
    closed = staff.patch("/v1/warehouses/lyon", {"is_active": False}, headers={"If-Match": changed["ETag"]})
    assert closed.json()["is_active"] is False
    assert staff.delete("/v1/warehouses/lyon", headers={"If-Match": changed["ETag"]}).status_code == 412
    assert staff.delete("/v1/warehouses/lyon").status_code == 428
    assert staff.delete("/v1/warehouses/lyon", headers={"If-Match": closed["ETag"]}).status_code == 204
    assert staff.get("/v1/warehouses/lyon").status_code == 404


def test_a_warehouse_with_a_history_cannot_be_deleted(staff, mug):
    adjust(staff, mug, quantity=3, warehouse="berlin")
    adjust(staff, mug, mode="set", quantity=0, reason="counted", warehouse="berlin")
    response = staff.delete("/v1/warehouses/berlin", headers={"If-Match": "*"})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/warehouse-in-use")
    assert staff.delete("/v1/warehouses/main", headers={"If-Match": "*"}).status_code == 409


def test_the_last_open_warehouse_stays_open(staff, mug):
    Warehouse.objects.filter(code="berlin").delete()
    response = staff.patch("/v1/warehouses/main", {"is_active": False}, headers={"If-Match": "*"})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/warehouse-in-use")
    assert Warehouse.objects.get().is_active


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("code", {"code": "main"}),
        ("code", {"code": "a b"}),
        ("code", {"code": "x" * 41}),
        ("name", {"name": ""}),
        ("country", {"country": "Germany"}),
        ("priority", {"priority": -1}),
        ("priority", {"priority": 40_000}),
        ("is_active", {"is_active": "perhaps"}),
        ("colour", {"colour": "red"}),
    ],
)
def test_an_invalid_warehouse_is_refused(field, body, staff, berlin):
    response = staff.post(
        "/v1/warehouses", {"code": "lyon", "name": "Lyon"} | body, headers={"Idempotency-Key": uuid.uuid4().hex}
    )
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert Warehouse.objects.count() == 2
