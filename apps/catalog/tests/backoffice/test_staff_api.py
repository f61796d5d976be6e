"""PATCH /v1/products/{slug}: staff change texts, status and prices."""

from __future__ import annotations

import pytest

from apps.catalog.products.models import Product
from apps.catalog.tests.factories import make_film, make_product, sku_of
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(as_staff):
    """Writes whatever stands there, unless a test says what it has seen."""
    client = as_staff("catalog_staff")
    client.defaults["HTTP_IF_MATCH"] = "*"
    return client


def events() -> list[tuple[str, str]]:
    rows = OutboxEvent.objects.order_by("sequence")
    return [(e.type.removeprefix("streamcart.").removesuffix(".v1"), e.data["slug"]) for e in rows]


def euros(amount) -> dict:
    return {"amount": amount, "currency": "EUR"}


def test_a_new_title_is_found_at_once_and_announced(staff, api_client):
    product = make_product("Mug")
    OutboxEvent.objects.all().delete()
    response = staff.patch(f"/v1/products/{product.slug}", {"title": "Beaker"})
    assert (response.status_code, response.json()["title"]) == (200, "Beaker")
    assert [item["slug"] for item in api_client.get("/v1/products?q=beaker").json()["results"]] == [product.slug]
    assert api_client.get("/v1/products?q=mug").json()["results"] == []
    assert events() == [("product.changed", product.slug)]


def test_a_new_price_shows_everywhere_at_once(staff, api_client):
    film = make_film("Metropolis", buy=999, rent=399)
    staff.patch(f"/v1/products/{film.slug}", {"variants": [{"sku": "METROPOLIS-RENT", "price": euros(299)}]})
    assert api_client.get("/v1/products").json()["results"][0]["price"] == euros(299)
    variants = api_client.get(f"/v1/products/{film.slug}").json()["variants"]
    assert [variant["price"]["amount"] for variant in variants] == [999, 299]
    quote = api_client.post("/v1/quotes", {"lines": [{"sku": "METROPOLIS-RENT", "quantity": 1}]}).json()
    assert quote["lines"][0]["unit_price"] == euros(299)


def test_archiving_withdraws_and_publishing_brings_back(staff, api_client):
    product = make_product("Mug")
    address = f"/v1/products/{product.slug}"
    OutboxEvent.objects.all().delete()
    staff.patch(address, {"status": "archived"})
    assert api_client.get(address).status_code == 410
    staff.patch(address, {"status": "published"})
    assert api_client.get(address).status_code == 200
    assert events() == [("product.withdrawn", product.slug), ("product.published", product.slug)]


def test_product_without_a_price_is_not_published(staff):
    product = make_product("Mug", status=Product.Status.DRAFT)
    product.variants.get().prices.all().delete()
    response = staff.patch(f"/v1/products/{product.slug}", {"status": "published"})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/not-sellable")
    product.refresh_from_db()
    assert product.status == "draft"


class TestIfMatch:
    def test_a_fresh_etag_passes_and_a_stale_one_is_412(self, staff, api_client):
        address = f"/v1/products/{make_product('Mug').slug}"
        seen = api_client.get(address)["ETag"]
        assert staff.patch(address, {"title": "One"}, HTTP_IF_MATCH=seen).status_code == 200
        response = staff.patch(address, {"title": "Two"}, HTTP_IF_MATCH=seen)
        assert (response.status_code, response.json()["type"]) == (412, "/problems/precondition-failed")
        assert api_client.get(address).json()["title"] == "One"

    def test_the_etag_of_a_response_is_good_for_the_next_change(self, staff):
        address = f"/v1/products/{make_product('Mug').slug}"
        etag = staff.patch(address, {"title": "One"})["ETag"]
        assert staff.patch(address, {"title": "Two"}, HTTP_IF_MATCH=etag).status_code == 200

    @pytest.mark.parametrize("etag", ['"nonsense"', '"999-0123456789abcdef"', "W/", '""', "1-0123456789abcdef"])
    def test_an_etag_of_something_else_is_412(self, staff, etag):
        address = f"/v1/products/{make_product('Mug').slug}"
        assert staff.patch(address, {"title": "One"}, HTTP_IF_MATCH=etag).status_code == 412

    def test_weak_etags_lists_and_the_star_are_understood(self, staff, api_client):
        address = f"/v1/products/{make_product('Mug').slug}"
        for form in ("W/{}", '"0-0123456789abcdef", {}', "*"):
            etag = form.format(api_client.get(address)["ETag"])
            assert staff.patch(address, {"title": form}, HTTP_IF_MATCH=etag).status_code == 200, form

    def test_a_sale_in_between_is_no_conflict(self, staff, api_client):
        product = make_product("Mug", stock=5)
        address = f"/v1/products/{product.slug}"
        seen = api_client.get(address)["ETag"]
        product.variants.get().stock.__class__.objects.update(reserved=1)
        assert staff.patch(address, {"title": "One"}, HTTP_IF_MATCH=seen).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"status": "sold"}, "status"),
        ({"variants": [{"sku": "NOPE", "price": euros(1)}]}, "variants.0.sku"),
        ({"variants": [{"sku": "A", "price": euros(-1)}]}, "variants.0.price.amount"),
        ({"variants": [{"sku": "A", "price": euros(10**12)}]}, "variants.0.price.amount"),
        ({"variants": [{"sku": "A", "price": euros(1.5)}]}, "variants.0.price.amount"),
        ({"variants": [{"sku": "A", "price": 100}]}, "variants.0.price"),
        ({"variants": [{"sku": "A", "price": {"amount": 1, "currency": "eur"}}]}, "variants.0.price.currency"),
    ],
)
def test_a_bad_value_is_a_problem_that_names_the_field(staff, change, field):
    product = make_product("Mug")
    response = staff.patch(f"/v1/products/{product.slug}", change)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    product.refresh_from_db()
    assert product.version == Product.objects.get(pk=product.pk).version
    assert product.title == "Mug"


def test_a_refused_price_changes_nothing_else(staff, api_client):
    product = make_product("Mug", price=1490)
    change = {
        "title": "Beaker",
        "variants": [{"sku": sku_of(product), "price": euros(1)}, {"sku": "X", "price": euros(1)}],
    }
    assert staff.patch(f"/v1/products/{product.slug}", change).status_code == 400
    item = api_client.get("/v1/products").json()["results"][0]
    assert (item["title"], item["price"]["amount"]) == ("Mug", 1490)


def test_only_catalogue_staff_may_change_a_product(api_client, as_user, as_staff, as_service):
    address = f"/v1/products/{make_product('Mug').slug}"
    assert api_client.patch(address, {"title": "X"}).status_code == 401
    assert as_user().patch(address, {"title": "X"}).status_code == 403
    assert as_staff("support_staff", "video_staff").patch(address, {"title": "X"}).status_code == 403
    assert as_service("payment", "stock:reserve").patch(address, {"title": "X"}).status_code == 403
    assert as_staff("admin").patch(address, {"title": "X"}, HTTP_IF_MATCH="*").status_code == 200


def test_an_unknown_product_is_not_found(staff):
    assert staff.patch("/v1/products/nothing", {"title": "X"}).status_code == 404
