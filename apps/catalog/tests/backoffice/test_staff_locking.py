"""Optimistic locking: of two who have seen the same, one wins and the other gets a conflict."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.models import Attribute, Brand, Category, Collection, Product, ProductType, Variant
from apps.catalog.products.services import products
from apps.catalog.products.services.products import ProductEdit
from apps.catalog.tests.factories import image_file, make_product
from apps.catalog.tests.products.helpers import at_once, writing_anything
from apps.common.testing.iteration import some

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4


@pytest.fixture
def staff(as_staff):
    client = writing_anything(as_staff("catalog_staff"))
    del client.defaults["HTTP_IF_MATCH"]
    return client


@pytest.fixture
def everything(staff) -> dict[str, str]:
    """One of each, by the address where it is written; the addresses where they are read."""
    mug = make_product("Mug", slug="mug", sku="MUG", stock=None)
    make_product("Lamp", brand="Norrund")
    ensure_choices(ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE), ["Oak"])
    ProductType.objects.create(name="Mugs", slug="mugs")
    Collection.objects.create(title="Summer", slug="summer")
    image = staff.post(
        f"/v1/products/{mug.slug}/images", {"file": SimpleUploadedFile("a.png", image_file())}, format="multipart"
    )
    image_id = image.json()["images"][0]["id"]
    return {
        "/v1/products/mug": "/v1/staff/products/mug",
        "/v1/products/mug/variants/MUG": "/v1/staff/products/mug",
        f"/v1/products/mug/images/{image_id}": "/v1/staff/products/mug",
        "/v1/categories/home/kitchen": "/v1/staff/categories/home/kitchen",
        "/v1/brands/norrund": "/v1/staff/brands/norrund",
        "/v1/attributes/material": "/v1/staff/attributes/material",
        "/v1/attributes/material/choices/oak": "/v1/staff/attributes/material",
        "/v1/product-types/mugs": "/v1/staff/product-types/mugs",
        "/v1/collections/summer": "/v1/staff/collections/summer",
    }


def change_of(address: str, word: str) -> dict[str, str]:
    """A change of a text that each of them has."""
    if "/images/" in address:
        return {"alt": word}
    if "/attributes/" in address:
        return {"label": word}
    if ("/products/mug" in address and "variants" not in address) or "/collections/" in address:
        return {"title": word}
    return {"name": word}


def test_a_request_without_if_match_is_refused_with_428(staff, everything):
    refused = [staff.patch(address, change_of(address, "New")) for address in everything]
    refused += [staff.delete(address) for address in everything]
    refused += [
        staff.put("/v1/products/mug/images/order", {"images": []}),
        staff.put("/v1/collections/summer/items", {"items": []}),
    ]
    for response in refused:
        assert (response.status_code, response.json()["type"]) == (428, "/problems/precondition-required")
    assert len(refused) == 2 * 9 + 2


def test_an_etag_can_be_used_for_one_write(staff, everything):
    for address, read in some(everything.items()):
        seen = staff.get(read)["ETag"]
        first = staff.patch(address, change_of(address, "One"), HTTP_IF_MATCH=seen)
        assert first.status_code == 200, (address, first.content)
        second = staff.patch(address, change_of(address, "Two"), HTTP_IF_MATCH=seen)
        assert (second.status_code, second.json()["type"]) == (412, "/problems/precondition-failed"), address
        third = staff.patch(address, change_of(address, "Three"), HTTP_IF_MATCH=first["ETag"])
        assert third.status_code == 200, address
        assert staff.get(read)["ETag"] == third["ETag"], address


@pytest.mark.django_db
@pytest.mark.parametrize("tag", ['"nonsense"', '"999-0123456789abcdef"', '"0123456789abcdef"', "W/", '""', "x", "1"])
def test_the_etag_of_something_else_deletes_nothing(staff, everything, tag):
    for address in everything:
        assert staff.delete(address, HTTP_IF_MATCH=tag).status_code == 412, address
    rows = (Product, Variant, Category, Brand, Attribute, ProductType, Collection)
    assert [model.objects.count() for model in rows] == [2, 2, 2, 1, 1, 1, 1]


def test_a_stale_etag_deletes_nothing(staff, everything):
    for address, read in some(everything.items()):
        seen = staff.get(read)["ETag"]
        staff.patch(address, change_of(address, "New"), HTTP_IF_MATCH="*")
        assert staff.delete(address, HTTP_IF_MATCH=seen).status_code == 412, address


def test_weak_tags_and_lists_are_understood(staff, everything):
    for address, read in some(everything.items()):
        for form in ("W/{}", '"0123456789abcdef", {}', '"7-0123456789abcdef" , W/{}'):
            tag = form.format(staff.get(read)["ETag"])
            response = staff.patch(address, change_of(address, form), HTTP_IF_MATCH=tag)
            assert response.status_code == 200, (address, form)


def test_the_products_etag_stands_for_its_parts(staff, everything):
    """Who changes a variant has seen the product, and the other way round."""
    seen = staff.get("/v1/staff/products/mug")["ETag"]
    staff.patch("/v1/products/mug/variants/MUG", {"name": "Blue"}, HTTP_IF_MATCH=seen)
    assert staff.patch("/v1/products/mug", {"title": "Beaker"}, HTTP_IF_MATCH=seen).status_code == 412
    late = {"sku": "LATE", "price": {"amount": 1, "currency": "EUR"}}
    assert staff.post("/v1/products/mug/variants", late, HTTP_IF_MATCH=seen).status_code == 412


def test_a_read_that_nothing_changed_costs_no_bytes(staff, everything):
    for read in some(set(everything.values())):
        assert staff.get(read, HTTP_IF_NONE_MATCH=staff.get(read)["ETag"]).status_code == 304, read


class TestAtOnce:
    """Real threads, each with a connection of its own, on PostgreSQL."""

    def statuses(self, as_staff, address: str, seen: str, method: str = "patch") -> Counter[int]:
        def write(number: int) -> int:
            client = as_staff("catalog_staff")
            body = None if method == "delete" else change_of(address, f"By {number}")
            return getattr(client, method)(address, body, HTTP_IF_MATCH=seen).status_code

        return Counter(at_once(WRITERS, write))

    def test_without_the_lock_both_writers_would_win(self, everything, monkeypatch):
        """The race is real: a look at the version without the row's lock lets several writers pass."""
        version = Product.objects.get(slug="mug").version

        def look(slug, *, versions, beside=()):
            product = Product.objects.get(slug=slug)
            assert product.version in versions
            return product

        monkeypatch.setattr(products, "lock_product", look)

        def write(number: int) -> bool:
            try:
                products.change_product("mug", ProductEdit(columns={"title": f"By {number}"}), versions={version})
            except AssertionError:
                return False
            return True

        assert sum(at_once(WRITERS, write)) > 1

    def test_of_many_writers_with_the_same_etag_a_single_one_wins(self, as_staff, staff, everything):
        for address, read in some(everything.items()):
            seen = staff.get(read)["ETag"]
            found = self.statuses(as_staff, address, seen)
            assert found == {200: 1, 412: WRITERS - 1}, address

    def test_of_many_simultaneous_deletions_one_succeeds_and_the_others_find_nothing(self, as_staff, staff):
        Brand.objects.create(name="Norrund", slug="norrund")
        seen = staff.get("/v1/staff/brands/norrund")["ETag"]
        found = self.statuses(as_staff, "/v1/brands/norrund", seen, "delete")
        assert found == {204: 1, 404: WRITERS - 1}

    def test_changes_of_different_fields_by_star_are_all_kept(self, as_staff, everything):
        fields = ["title", "summary", "description", "seo_title", "seo_description"]

        def write(number: int) -> int:
            client = as_staff("catalog_staff")
            return client.patch("/v1/products/mug", {fields[number]: "New"}, HTTP_IF_MATCH="*").status_code

        assert at_once(len(fields), write) == [200] * len(fields)
        mug = Product.objects.get(slug="mug")
        assert [getattr(mug, name) for name in fields] == ["New"] * len(fields)

    def test_products_that_name_each_other_do_not_wait_for_each_other(self, as_staff):
        slugs = [make_product().slug for _ in range(4)]

        def write(number: int) -> int:
            body = {"related": [slug for slug in slugs if slug != slugs[number % 4]]}
            return (
                as_staff("catalog_staff")
                .patch(f"/v1/products/{slugs[number % 4]}", body, HTTP_IF_MATCH="*")
                .status_code
            )

        assert at_once(8, write) == [200] * 8

    def test_the_same_title_and_sku_at_once_make_one_variant(self, as_staff, everything):
        def make(number: int) -> int:
            client = writing_anything(as_staff("catalog_staff"))
            body = {"title": "Tray", "category": "home", "variants": [{"sku": "TRAY"}]}
            return client.post("/v1/products", body).status_code

        assert Counter(at_once(WRITERS, make)) == {201: 1, 409: WRITERS - 1}
        assert Variant.objects.filter(sku="TRAY").count() == 1

    def test_the_same_title_at_once_gets_slugs_of_its_own(self, as_staff, everything):
        def make(number: int) -> int:
            client = writing_anything(as_staff("catalog_staff"))
            return client.post("/v1/products", {"title": "Tray", "category": "home"}).status_code

        found = Counter(at_once(4, make))
        assert set(found) <= {201, 409}
        assert Product.objects.filter(title="Tray").count() == found[201] >= 1

    def test_moving_categories_under_each_other_leaves_a_tree(self, as_staff, everything, staff):
        for name in ("a", "b"):
            staff.post("/v1/categories", {"name": name})

        def move(number: int) -> int:
            path, parent = ("a", "b") if number % 2 else ("b", "a")
            return (
                as_staff("catalog_staff")
                .patch(f"/v1/categories/{path}", {"parent": parent}, HTTP_IF_MATCH="*")
                .status_code
            )

        assert set(at_once(6, move)) <= {200, 400, 404, 409}
        assert Category.objects.find_problems() == ([], [], [], [], [])
        paths = sorted(Category.objects.filter(slug__in=["a", "b"]).values_list("full_path", flat=True))
        assert paths in (["a", "a/b"], ["b", "b/a"])
