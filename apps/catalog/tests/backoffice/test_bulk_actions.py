"""Many products at once, and the list and the first page at any size."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.discovery.zero_result_searches import record_zero_result_search
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Collection, Price, Product, ProductType, SalePrice
from apps.catalog.products.services import bulk
from apps.catalog.tests.backoffice.test_products_admin import (
    displayed,
    errors,
    form_of,
    page,
    send,
    signed_in,
    signed_in_to_look,
)
from apps.catalog.tests.factories import make_film, make_product
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/products/product/"


@pytest.fixture
def staff():
    return signed_in("catalog_staff")


def choose(client, action: str, products: list[Product], **fields: Any):
    data = {"action": action, "_selected_action": [str(product.pk) for product in products], **fields}
    return client.post(LIST, data, follow=True)


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def amounts() -> list[int]:
    return list(Price.objects.order_by("variant__sku").values_list("amount", flat=True))


def cheap_and_dear() -> list[Product]:
    return [make_product("Cup", sku="A", price=1000), make_product("Pot", sku="B", price=4999)]


class TestPrices:
    CHANGE = {"percent": "-10", "rounding": "1", "currency": "EUR"}

    def test_a_preview_shows_each_price_before_and_after_and_writes_nothing(self, staff):
        response = choose(staff, "change_prices", cheap_and_dear(), **self.CHANGE)
        text = response.content.decode()
        for shown in ("10.00", "9.00", "49.99", "44.99", "Change 2 prices"):
            assert shown in text
        assert amounts() == [1000, 4999]

    def test_previewed_prices_are_applied_once_however_often_the_form_is_sent(self, staff, api_client):
        products = cheap_and_dear()
        seen = choose(staff, "change_prices", products, **self.CHANGE).context["seen"]
        OutboxEvent.objects.all().delete()
        apply = {**self.CHANGE, "seen": seen, "apply": "1"}
        assert "2 prices updated" in said(choose(staff, "change_prices", products, **apply))
        assert displayed() == ["changed", "changed"]
        again = choose(staff, "change_prices", products, **apply)
        assert "Prices have changed since this preview" in said(again)
        assert amounts() == [900, 4499]
        shown = api_client.get("/v1/products?sort=price").json()["results"]
        assert [item["price"]["amount"] for item in shown] == [900, 4499]

    def test_a_price_that_changed_after_the_preview_is_shown_again(self, staff):
        products = cheap_and_dear()
        seen = choose(staff, "change_prices", products, **self.CHANGE).context["seen"]
        Price.objects.filter(variant__sku="A").update(amount=2000)
        response = choose(staff, "change_prices", products, **self.CHANGE, seen=seen, apply="1")
        assert "18.00" in response.content.decode()
        assert amounts() == [2000, 4999]

    @pytest.mark.parametrize("percent", ["0", "-96", "901", "ten", "", "NaN", "1e9"])
    def test_absurd_percentages_are_refused(self, staff, percent):
        products = cheap_and_dear()
        response = choose(staff, "change_prices", products, **{**self.CHANGE, "percent": percent, "apply": "1"})
        assert response.status_code == 200
        assert amounts() == [1000, 4999]

    @pytest.mark.parametrize(
        ("rounding", "before", "after"),
        [("1", 1000, 1025), ("5", 999, 1025), ("99", 1000, 999), ("99", 1340, 1399), ("99", 20, 99)],
    )
    def test_amounts_are_rounded_as_the_form_says(self, rounding, before, after):
        product = make_product("Cup", price=before)
        [line] = bulk.plan_prices([product.pk], percent=Decimal("2.5"), currency="EUR", rounding=rounding) or [None]
        assert (line.after if line else before) == after

    def test_only_staff_who_may_change_products_see_the_action(self):
        support = signed_in("support_staff")
        assert support.get(LIST).status_code == 403


class TestStatusesAndPlaces:
    def test_complete_products_are_published_and_a_message_says_why_the_others_are_not(self, staff, api_client):
        good = make_product("Cup", status="draft")
        bad = make_product("Pot", status="draft")
        Price.objects.filter(variant__product=bad).delete()
        message = said(choose(staff, "publish", [good, bad]))
        assert "1 product published." in message
        assert "Pot needs a variant with a price in EUR" in message
        assert [item["title"] for item in api_client.get("/v1/products").json()["results"]] == ["Cup"]

    def test_a_film_without_a_title_is_not_published(self, staff):
        film = make_film("Metropolis", status="draft")
        Product.objects.filter(pk=film.pk).update(title_slug="")
        message = said(choose(staff, "publish", [film]))
        assert "lets people watch" in message
        assert "published." not in message
        assert Product.objects.get().status == "draft"

    def test_archived_products_leave_the_shop_and_events_announce_it(self, staff, api_client):
        products = cheap_and_dear()
        OutboxEvent.objects.all().delete()
        choose(staff, "archive", products)
        assert api_client.get("/v1/products").json()["results"] == []
        assert displayed() == ["withdrawn", "withdrawn"]

    def test_many_products_can_be_moved_to_a_category(self, staff, api_client):
        products, garden = cheap_and_dear(), ensure_category("home/garden")
        assert "Move to a category" in choose(staff, "move", products).content.decode()
        choose(staff, "move", products, category=garden.pk, apply="1")
        assert len(api_client.get("/v1/products?category=home/garden").json()["results"]) == 2

    def test_many_products_are_added_to_a_collection_once(self, staff, api_client):
        products = cheap_and_dear()
        autumn = Collection.objects.create(slug="autumn", title="Autumn", kind="manual", is_published=True)
        for sentence in ("2 products added to Autumn.", "0 products added to Autumn."):
            assert sentence in said(choose(staff, "collect", products, collection=autumn.pk, apply="1"))
        shown = api_client.get("/v1/products?collection=autumn").json()["results"]
        assert [item["title"] for item in shown] == ["Cup", "Pot"]

    def test_staff_who_may_not_change_collections_cannot_add_products_to_them(self):
        products = cheap_and_dear()
        autumn = Collection.objects.create(slug="autumn", title="Autumn", kind="manual")
        client = signed_in_to_look(codename__in=["view_product", "change_product", "view_collection"])
        text = client.get(LIST).content.decode()
        assert "Move to a category" in text
        assert "Add to a collection" not in text
        choose(client, "collect", products, collection=autumn.pk, apply="1")
        assert not autumn.items.exists()

    def test_more_products_than_can_be_locked_at_once_are_refused(self, staff, monkeypatch):
        monkeypatch.setattr(bulk, "MAX_PRODUCTS", 1)
        assert "At most 1 products" in said(choose(staff, "archive", cheap_and_dear()))
        assert Product.objects.filter(status="published").count() == 2


class TestList:
    def queries(self, staff, address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert staff.get(address).status_code == 200
        return len(found)

    @pytest.mark.parametrize("query", ["", "?q=mug", "?stock=in_stock&state=published", "?category=home", "?p=1"])
    def test_list_takes_as_many_queries_for_thirty_products_as_for_two(self, staff, query):
        for number in range(2):
            make_product(f"Mug {number}")
        few = self.queries(staff, LIST + query)
        for number in range(28):
            make_product(f"Mug {number}")
        assert self.queries(staff, LIST + query) == few
        assert few < 12

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("q=teapots", ["Teapot"]),
            ("q=POT", ["Teapot"]),
            ("q=lam", ["Lamp"]),
            ("q=%25_", []),
            ("q=" + "x " * 300, []),
            ("state=draft", ["Lamp"]),
            ("state=scheduled", []),
            ("stock=out_of_stock", ["Lamp"]),
            ("category=home", ["Lamp", "Teapot"]),
            ("category=home/light", ["Lamp"]),
        ],
    )
    def test_drafts_are_found_too_by_words_and_by_sku(self, staff, query, titles):
        make_product("Teapot", sku="POT-1")
        make_product("Lamp", sku="LAMP-1", status="draft", category="home/light", stock=0)
        found = staff.get(f"{LIST}?{query}").context["cl"].result_list
        assert sorted(product.title for product in found) == titles


class TestPage:
    def test_a_save_over_the_change_of_another_editor_is_refused(self, staff):
        product = make_product("Mug")
        mine, theirs = form_of(staff, page(product)), form_of(staff, page(product))
        send(staff, page(product), theirs | {"title": "Cup"})
        assert "Somebody changed this meanwhile" in errors(staff, page(product), mine | {"title": "Beaker"})
        product.refresh_from_db()
        assert product.title == "Cup"

    def test_attributes_of_the_product_type_are_saved_in_their_kinds(self, staff, api_client):
        product = make_product("Mug")
        material = ensure_attribute("material", label="Material", kind="choice")
        ensure_choices(material, ["Oak", "Stoneware"])
        mugs = ProductType.objects.create(name="Mugs", slug="mugs")
        mugs.attributes.add(
            material,
            ensure_attribute("height", label="Height", kind="number", unit="cm"),
            ensure_attribute("handmade", label="By hand", kind="boolean"),
        )
        send(staff, page(product), form_of(staff, page(product)) | {"product_type": mugs.pk})
        values = {"attribute_material": ["stoneware"], "attribute_height": "9.5", "attribute_handmade": "yes"}
        send(staff, page(product), form_of(staff, page(product)) | values)
        shown = api_client.get(f"/v1/products/{product.slug}").json()["attributes"]
        assert {item["name"]: item["value"] for item in shown} == {
            "material": "Stoneware",
            "height": "9.5 cm",
            "handmade": "yes",
        }
        again = form_of(staff, page(product))
        assert (again["attribute_material"], again["attribute_handmade"]) == (["stoneware"], "yes")
        assert "number" in errors(staff, page(product), again | {"attribute_height": "tall"})

    def test_german_texts_show_to_those_who_read_german(self, staff, api_client):
        product = make_product("Mug")
        send(staff, page(product), form_of(staff, page(product)) | {"de_title": "Becher"})
        assert api_client.get(f"/v1/products/{product.slug}?lang=de").json()["title"] == "Becher"

    def test_scheduled_sales_do_not_overlap(self, staff):
        product = make_product("Mug", price=1000)
        variant = product.variants.get()
        address = f"/admin/products/variant/{variant.pk}/change/"
        sale = {"currency": "EUR", "amount": "8.00", "starts_at_1": "00:00:00", "ends_at_1": "00:00:00"}
        data = form_of(staff, address) | {"sale_prices-TOTAL_FORMS": 2}
        for place, (starts, ends) in enumerate([("2030-01-01", "2030-01-10"), ("2030-01-05", "2030-01-20")]):
            row = {**sale, "starts_at_0": starts, "ends_at_0": ends}
            data |= {f"sale_prices-{place}-{name}": value for name, value in row.items()}
        assert "overlap" in errors(staff, address, data)
        send(staff, address, data | {"sale_prices-1-starts_at_0": "2030-01-10"})
        assert SalePrice.objects.count() == 2
        assert "after it starts" in errors(staff, address, data | {"sale_prices-0-ends_at_0": "2029-01-01"})


class TestFirstPage:
    def test_dashboard_shows_what_needs_attention(self, staff):
        make_product("Last one", stock=1)
        make_product("Half done", status="draft")
        record_zero_result_search("unicorn")
        text = staff.get("/admin/").content.decode()
        for shown in ("Last one", "Half done", "unicorn", "Best sellers", "Reviews to moderate", "Imports"):
            assert shown in text

    def test_support_staff_do_not_see_stock_on_the_dashboard(self):
        text = signed_in("support_staff").get("/admin/").content.decode()
        assert "Low stock" not in text
