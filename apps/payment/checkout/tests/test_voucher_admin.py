"""Vouchers in the admin: terms, single codes, batches, export, and who may write them."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.common.codes import CODE
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.orders.models import Order
from apps.payment.tests.catalog_fake import MUG
from apps.payment.vouchers.models import Voucher, VoucherCode
from apps.payment.vouchers.tests.factories import make_code

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Voucher.Kind
ADD = "/admin/vouchers/voucher/add/"
CODES = "/admin/vouchers/vouchercode/"


def form(kind: str = Kind.PERCENTAGE, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Spring",
        "kind": kind,
        "is_active": "on",
        "starts_at_0": "2026-01-01",
        "starts_at_1": "00:00:00",
        "percentage": "10" if kind == Kind.PERCENTAGE else "",
    } | fields


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200, "it was saved"
    return response.context["adminform"].form.errors


def test_single_code_is_created_with_its_voucher():
    response = staff("support_staff").post(ADD, form(code="welcome10", minimum_amount="20.00", currency="EUR"))
    assert response.status_code == 302, errors_of(response)
    code = VoucherCode.objects.select_related("voucher").get()
    assert (code.code, code.voucher.percentage, code.voucher.minimum_amount) == ("WELCOME10", 10, 2000)


@pytest.mark.parametrize(
    ("kind", "fields", "saved"),
    [
        (Kind.PERCENTAGE, {"percentage": "12.5"}, {"percentage": 12.5, "amount": None}),
        (Kind.FIXED_AMOUNT, {"amount": "5.00", "currency": "EUR"}, {"amount": 500, "percentage": None}),
        (Kind.FREE_SHIPPING, {"percentage": "10", "amount": "3"}, {"percentage": None, "amount": None}),
        (Kind.BUY_X_GET_Y, {"buy_quantity": "2", "free_quantity": "1"}, {"buy_quantity": 2, "free_quantity": 1}),
    ],
)
def test_each_kind_keeps_its_own_numbers_alone(kind, fields, saved):
    if kind == Kind.FREE_SHIPPING:
        fields = fields | {"currency": "EUR"}
    response = staff("admin").post(ADD, form(kind, **fields))
    assert response.status_code == 302, errors_of(response)
    voucher = Voucher.objects.get()
    assert {name: getattr(voucher, name) for name in saved} == saved


def test_german_staff_write_numbers_as_germans_do():
    client = staff("support_staff")
    fields = form(Kind.FIXED_AMOUNT, amount="1.234,50", currency="EUR", starts_at_0="01.01.2026")
    response = client.post(ADD, fields, headers={"Accept-Language": "de"})
    assert response.status_code == 302, errors_of(response)
    assert Voucher.objects.get().amount == 123_450
    page = client.get("/admin/vouchers/voucher/", headers={"Accept-Language": "de"}).content.decode()
    assert "1.234,50\N{NO-BREAK SPACE}€" in page
    assert "Fester Betrag" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"percentage": ""}, "percentage"),
        ({"percentage": "0"}, "percentage"),
        ({"percentage": "100.01"}, "percentage"),
        ({"percentage": "ten"}, "percentage"),
        ({"kind": Kind.FIXED_AMOUNT, "currency": "EUR"}, "amount"),
        ({"kind": Kind.FIXED_AMOUNT, "amount": "5"}, "currency"),
        ({"kind": Kind.FIXED_AMOUNT, "amount": "5.001", "currency": "EUR"}, "amount"),
        ({"kind": Kind.BUY_X_GET_Y, "buy_quantity": "0", "free_quantity": "1"}, "buy_quantity"),
        ({"kind": Kind.BUY_X_GET_Y, "buy_quantity": "1"}, "free_quantity"),
        ({"kind": "gift"}, "kind"),
        ({"minimum_amount": "5"}, "currency"),
        ({"currency": "GBP"}, "currency"),
        ({"ends_at_0": "2025-01-01", "ends_at_1": "00:00:00"}, "ends_at"),
        ({"max_uses_per_code": "0"}, "max_uses_per_code"),
        ({"code": "a b"}, "code"),
        ({"code": "ÄÖÜ"}, "code"),
        ({"code": "TAKEN"}, "code"),
        ({"batch_size": "10001"}, "batch_size"),
        ({"batch_size": "-1"}, "batch_size"),
        ({"batch_prefix": "ABC"}, "batch_size"),
        ({"batch_prefix": "!", "batch_size": "2"}, "batch_prefix"),
        ({"batch_prefix": "X" * 30, "batch_size": "2"}, "batch_prefix"),
        ({"name": "a\u202eb"}, "name"),
    ],
)
def test_invalid_terms_and_codes_are_refused_beside_their_field(fields, field):
    make_code("TAKEN")
    response = staff("support_staff").post(ADD, form() | fields)
    assert field in errors_of(response)
    assert Voucher.objects.count() == 1


def test_batch_is_generated_and_exported(guest, catalog):
    client = staff("support_staff")
    response = client.post(ADD, form(batch_size="250", batch_prefix="spring", max_uses_per_code="1"), follow=True)
    assert "250 codes were generated." in response.content.decode()
    voucher = Voucher.objects.get()
    make_code("OTHER")
    used = voucher.codes.first()
    guest.put(MUG.sku)
    guest.apply(used.code)
    assert guest.order().status_code == 201
    exported = client.get(f"{CODES}export.csv?voucher__id__exact={voucher.pk}")
    assert exported.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(b"".join(exported.streaming_content).decode("utf-8-sig").splitlines()))
    assert len({row["code"] for row in rows}) == 250
    assert all(row["code"].startswith("SPRING-") and CODE.match(row["code"]) for row in rows)
    assert {row["uses_per_code"] for row in rows} == {"1"}
    assert [row["code"] for row in rows if row["uses"] == "1"] == [used.code]


def test_codes_are_added_to_a_voucher_that_is_there():
    code = make_code("FIRST")
    client = staff("support_staff")
    url = f"/admin/vouchers/voucher/{code.voucher_id}/change/"
    assert client.post(url, form(code="SECOND", batch_size="2")).status_code == 302
    assert VoucherCode.objects.filter(voucher=code.voucher).count() == 4
    assert "4 codes" in client.get(url).content.decode()


def test_use_is_shown_and_leads_to_the_order(ada, catalog):
    code = make_code("ONCE", max_uses_per_code=3)
    ada.put(MUG.sku)
    ada.apply("ONCE")
    ada.change_cart(gift_message="For <you>\nAda")
    ada.order()
    order = Order.objects.get()
    client = staff("support_staff")
    page = client.get(f"{CODES}{code.pk}/change/").content.decode()
    assert "1 of 3" in page
    assert f"/admin/orders/order/{order.pk}/change/" in page
    page = client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert f'{CODES}?q=ONCE"' in page
    assert "-€1.49" in page
    assert "For &lt;you&gt;<br>Ada" in page


def switch(client: Client, action: str, code: VoucherCode):
    return client.post(CODES, {"action": action, "_selected_action": [str(code.pk)]}, follow=True)


def test_code_is_switched_off_and_on(guest, catalog):
    code = make_code()
    client = staff("support_staff")
    assert switch(client, "deactivate", code).status_code == 200
    guest.put(MUG.sku)
    assert guest.apply("WELCOME10").status_code == 409
    switch(client, "activate", code)
    assert guest.apply("WELCOME10").status_code == 200


def test_vouchers_are_not_deleted():
    code = make_code()
    client = staff("admin")
    assert client.post(f"/admin/vouchers/voucher/{code.voucher_id}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{CODES}{code.pk}/delete/", {"post": "yes"}).status_code == 403
    assert VoucherCode.objects.exists()


@pytest.mark.parametrize("path", ["/admin/vouchers/voucher/", ADD, CODES, f"{CODES}export.csv"])
def test_staff_of_other_services_see_nothing(path):
    assert staff("catalog_staff").get(path).status_code == 403


def test_list_takes_as_many_queries_for_twenty_vouchers_as_for_two():
    client = staff("support_staff")
    counts = []
    for number in (2, 20):
        for index in range(Voucher.objects.count(), number):
            make_code(f"CODE-{index}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/vouchers/voucher/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
