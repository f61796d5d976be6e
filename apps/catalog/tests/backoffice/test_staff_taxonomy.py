"""Staff REST of categories, brands, attributes, product types and collections."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Brand, Category, Collection, Product, ProductType
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.products.helpers import writing_anything

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = ("products", "categories", "brands", "attributes", "product-types", "collections")


@pytest.fixture
def staff(as_staff):
    return writing_anything(as_staff("catalog_staff"))


class TestCategories:
    def test_category_can_be_created_renamed_moved_and_deleted(self, staff, api_client):
        ensure_category("home")
        made = staff.post(
            "/v1/categories", {"name": "Kitchen", "parent": "home", "translations": {"de": {"name": "Küche"}}}
        )
        assert (made.status_code, made.json()["path"], made.json()["parent"]) == (201, "home/kitchen", "home")
        assert staff.get(made["Location"])["ETag"] == made["ETag"]
        moved = staff.patch("/v1/categories/home/kitchen", {"parent": None, "name": "Cooking", "slug": "cooking"})
        assert (moved.json()["path"], moved.json()["parent"]) == ("cooking", None)
        assert api_client.get("/v1/categories/cooking").json()["name"] == "Cooking"
        assert api_client.get("/v1/categories/home/kitchen").status_code == 404
        assert staff.delete("/v1/categories/cooking", HTTP_IF_MATCH=moved["ETag"]).status_code == 204
        assert list(Category.objects.values_list("full_path", flat=True)) == ["home"]

    def test_subcategories_move_along_and_products_show_their_new_path(self, staff, api_client):
        product = make_product("Mug", category="home/kitchen/cups")
        staff.patch("/v1/categories/home/kitchen", {"parent": None})
        assert api_client.get(f"/v1/products/{product.slug}").json()["category"]["path"] == "kitchen/cups"
        listed = staff.get("/v1/staff/categories").json()["results"]
        assert [row["path"] for row in listed] == ["home", "kitchen", "kitchen/cups"]

    def test_a_new_name_is_found_at_once(self, staff, api_client):
        product = make_product("Mug", category="home")
        staff.patch("/v1/categories/home", {"name": "Dwelling"})
        assert [row["slug"] for row in api_client.get("/v1/products?q=dwelling").json()["results"]] == [product.slug]

    def test_category_in_use_cannot_be_deleted_and_its_uses_are_listed(self, staff):
        product = make_product("Mug", category="home/kitchen")
        for path, use in (("home/kitchen", "products"), ("home", "categories")):
            response = staff.delete(f"/v1/categories/{path}")
            assert (response.status_code, response.json()["type"]) == (409, "/problems/in-use")
            assert list(response.json()["in_use"]) == [use]
        assert staff.delete("/v1/categories/home/kitchen").json()["in_use"]["products"] == {
            "count": 1,
            "examples": [product.slug],
        }

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({}, 400, "name"),
            ({"name": "x", "parent": "no/such"}, 400, "parent"),
            ({"name": "x", "slug": "a/b"}, 400, "slug"),
            ({"name": "Home", "slug": "home"}, 409, "slug"),
            ({"name": "x", "parent": "a/b/c/d/e"}, 400, "parent"),
            ({"name": "x", "path": "y"}, 400, "path"),
        ],
    )
    def test_invalid_category_is_refused(self, staff, body, status, field):
        ensure_category("home")
        ensure_category("a/b/c/d/e")
        response = staff.post("/v1/categories", body)
        assert (response.status_code, list(response.json()["errors"])) == (status, [field])
        assert Category.objects.count() == 6

    def test_category_cannot_be_moved_below_itself(self, staff):
        ensure_category("home/kitchen")
        for parent in ("home", "home/kitchen"):
            response = staff.patch("/v1/categories/home", {"parent": parent})
            assert (response.status_code, list(response.json()["errors"])) == (400, ["parent"])


class TestBrands:
    def test_brand_can_be_created_renamed_and_deleted(self, staff, api_client):
        made = staff.post("/v1/brands", {"name": "Norrund"})
        assert (made.status_code, made.json()["slug"]) == (201, "norrund")
        product = make_product("Mug", brand="Norrund")
        response = staff.patch("/v1/brands/norrund", {"name": "Süd & Söhne"}, HTTP_IF_MATCH=made["ETag"])
        assert response.status_code == 200
        assert api_client.get(f"/v1/products/{product.slug}").json()["brand"] == "Süd & Söhne"
        assert staff.delete("/v1/brands/norrund").json()["in_use"]["products"]["count"] == 1
        staff.patch(f"/v1/products/{product.slug}", {"brand": None})
        assert staff.delete("/v1/brands/norrund").status_code == 204
        assert not Brand.objects.exists()

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"name": "Norrund"}, 409, "name"),
            ({"name": "x", "slug": "norrund"}, 409, "slug"),
            ({"name": "a\x00"}, 400, "name"),
            ({"name": "x" * 121}, 400, "name"),
            ({"name": "x", "translations": {"de": {"name": "y"}}}, 400, "translations.de.name"),
        ],
    )
    def test_invalid_brand_is_refused(self, staff, body, status, field):
        Brand.objects.create(name="Norrund", slug="norrund")
        response = staff.post("/v1/brands", body)
        assert (response.status_code, list(response.json()["errors"])) == (status, [field])
        assert Brand.objects.count() == 1

    def test_a_name_without_latin_letters_gets_a_slug(self, staff):
        made = [staff.post("/v1/brands", {"name": name}).json()["slug"] for name in ("茶", "器", "!", "?")]
        assert made == ["cha", "qi", "brand", "brand-2"]


class TestAttributes:
    def test_attribute_with_choices_becomes_a_filter(self, staff, api_client):
        body = {
            "code": "material",
            "label": "Material",
            "choices": [{"label": "Oak"}, {"label": "Ash", "slug": "ash-wood"}],
        }
        made = staff.post("/v1/attributes", body)
        assert made.status_code == 201
        assert [choice["slug"] for choice in made.json()["choices"]] == ["oak", "ash-wood"]
        product = make_product("Tray")
        staff.patch(f"/v1/products/{product.slug}", {"attributes": {"material": "Oak"}})
        assert api_client.get("/v1/products?attr.material=oak").json()["total"] == 1

    def test_a_choice_is_added_renamed_everywhere_and_taken_away(self, staff, api_client):
        product = make_product("Tray", attributes={"Material": "Oak"})
        added = staff.post("/v1/attributes/material/choices", {"label": "Ash"})
        assert (added.status_code, [row["slug"] for row in added.json()["choices"]]) == (201, ["oak", "ash"])
        staff.patch("/v1/attributes/material/choices/oak", {"label": "Elder", "slug": "elder"})
        assert api_client.get("/v1/products?attr.material=elder").json()["total"] == 1
        assert api_client.get("/v1/products?q=elder").json()["total"] == 1
        assert staff.get(f"/v1/staff/products/{product.slug}").json()["attributes"] == {"material": ["elder"]}
        assert staff.delete("/v1/attributes/material/choices/elder").status_code == 409
        left = staff.delete("/v1/attributes/material/choices/ash")
        assert [row["slug"] for row in left.json()["choices"]] == ["elder"]
        assert staff.delete("/v1/attributes/material/choices/ash").status_code == 404

    def test_attribute_in_use_cannot_be_deleted_or_change_its_kind(self, staff):
        make_product("Tray", attributes={"Material": "Oak"})
        response = staff.delete("/v1/attributes/material")
        assert (response.status_code, list(response.json()["in_use"])) == (409, ["products"])
        assert staff.patch("/v1/attributes/material", {"kind": "text"}).status_code == 409
        ensure_attribute("width", label="Width", kind=Attribute.Kind.NUMBER)
        staff.post("/v1/product-types", {"name": "Trays", "attributes": [{"code": "width"}]})
        assert list(staff.delete("/v1/attributes/width").json()["in_use"]) == ["product_types"]

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"code": "material", "label": "x"}, 409, "code"),
            ({"code": "a b", "label": "x"}, 400, "code"),
            ({"code": "x", "label": "x", "kind": "colour"}, 400, "kind"),
            ({"code": "x", "label": "x", "kind": "text", "unit": "cm"}, 400, "unit"),
            ({"code": "x", "label": "x", "position": -1}, 400, "position"),
            ({"code": "x", "label": "x", "choices": [{"label": "A"}, {"label": "a"}]}, 409, "choices.1.slug"),
            ({"code": "x", "label": "x", "choices": [{"label": ""}]}, 400, "choices.0.label"),
        ],
    )
    def test_invalid_attribute_is_refused(self, staff, body, status, field):
        ensure_attribute("material", label="Material")
        response = staff.post("/v1/attributes", body)
        assert (response.status_code, list(response.json()["errors"])) == (status, [field])
        assert Attribute.objects.count() == 1

    def test_only_attributes_of_kind_choice_have_choices(self, staff):
        ensure_attribute("width", label="Width", kind=Attribute.Kind.NUMBER)
        assert staff.post("/v1/attributes/width/choices", {"label": "Wide"}).status_code == 409


class TestProductTypes:
    def test_product_type_keeps_its_attributes_in_order(self, staff):
        for code in ("width", "height"):
            ensure_attribute(code, label=code, kind=Attribute.Kind.NUMBER)
        body = {"name": "Trays", "attributes": [{"code": "width", "is_required": True}, {"code": "height"}]}
        made = staff.post("/v1/product-types", body)
        asked = [{"code": "width", "is_required": True}, {"code": "height", "is_required": False}]
        wanted = {"slug": "trays", "name": "Trays", "tax_class": "standard", "attributes": asked}
        assert (made.status_code, made.json()) == (201, wanted)
        changes = {"attributes": asked[::-1], "tax_class": "zero"}
        changed = staff.patch("/v1/product-types/trays", changes, HTTP_IF_MATCH=made["ETag"])
        assert changed.json()["tax_class"] == "zero"
        assert changed.json()["attributes"] == asked[::-1]
        assert staff.get("/v1/staff/product-types").json()["results"] == [changed.json()]
        assert staff.delete("/v1/product-types/trays").status_code == 204

    def test_product_type_of_a_product_cannot_be_deleted(self, staff):
        trays = ProductType.objects.create(name="Trays", slug="trays")
        make_product("Tray", product_type=trays)
        assert staff.delete("/v1/product-types/trays").status_code == 409

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"name": "Trays"}, 409, "name"),
            ({"name": "x", "attributes": [{"code": "nothing"}]}, 400, "attributes.0.code"),
            ({"name": "x", "attributes": [{"code": "w"}, {"code": "w"}]}, 400, "attributes"),
            ({"name": "x", "attributes": [{"code": "w", "is_required": "perhaps"}]}, 400, "attributes.0.is_required"),
        ],
    )
    def test_invalid_product_type_is_refused(self, staff, body, status, field):
        ProductType.objects.create(name="Trays", slug="trays")
        response = staff.post("/v1/product-types", body)
        assert (response.status_code, list(response.json()["errors"])) == (status, [field])
        assert ProductType.objects.count() == 1


class TestCollections:
    def test_manual_collection_shows_its_products_in_their_order(self, staff, api_client):
        slugs = [make_product().slug for _ in range(3)]
        made = staff.post("/v1/collections", {"title": "Summer", "items": slugs[:2], "is_published": True})
        assert (made.status_code, made.json()["items"]) == (201, slugs[:2])
        put = staff.put("/v1/collections/summer/items", {"items": slugs[::-1]}, HTTP_IF_MATCH=made["ETag"])
        assert put.json()["items"] == slugs[::-1]
        shown = api_client.get("/v1/products?collection=summer").json()["results"]
        assert [item["slug"] for item in shown] == slugs[::-1]
        assert staff.get(f"/v1/staff/products/{slugs[0]}").json()["collections"] == ["summer"]

    def test_collection_with_a_rule_shows_the_products_that_match(self, staff, api_client):
        make_product("Mug", price=900)
        make_product("Lamp", price=9900)
        body = {"title": "Under ten", "kind": "rule", "rule": {"max_price": 1000}, "is_published": True}
        made = staff.post("/v1/collections", body)
        assert (made.status_code, made.json()["rule"]) == (201, {"max_price": "1000"})
        assert api_client.get("/v1/products?collection=under-ten").json()["total"] == 1
        staff.patch("/v1/collections/under-ten", {"rule": {"min_price": 1}})
        assert api_client.get("/v1/products?collection=under-ten").json()["total"] == 2
        by_hand = staff.patch("/v1/collections/under-ten", {"kind": "manual"}).json()
        assert (by_hand["rule"], by_hand["items"]) == ({}, [])

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"title": "x", "kind": "rule"}, 400, "rule"),
            ({"title": "x", "kind": "rule", "rule": {"nonsense": 1}}, 400, "rule.nonsense"),
            ({"title": "x", "kind": "rule", "rule": {"max_price": -1}}, 400, "rule.max_price"),
            ({"title": "x", "kind": "rule", "rule": {"max_price": 10**40}}, 400, "rule.max_price"),
            ({"title": "x", "kind": "rule", "rule": {"brand": ["a"]}}, 400, "rule.brand"),
            ({"title": "x", "kind": "rule", "rule": {"brand": None}}, 400, "rule.brand"),
            ({"title": "x", "kind": "rule", "rule": {"attr.none": "a"}}, 400, "rule.attr.none"),
            ({"title": "x", "kind": "rule", "rule": {"q": "a\x00b"}}, 400, "rule.q"),
            ({"title": "x", "rule": {"brand": "a"}}, 400, "rule"),
            ({"title": "x", "items": ["nothing"]}, 400, "items.0"),
            ({"title": "x", "items": ["a", "a"]}, 400, "items"),
            ({"title": "Summer", "slug": "summer"}, 409, "slug"),
        ],
    )
    def test_invalid_collection_is_refused(self, staff, body, status, field):
        Collection.objects.create(title="Summer", slug="summer")
        response = staff.post("/v1/collections", body)
        assert (response.status_code, list(response.json()["errors"])) == (status, [field]), response.content
        assert Collection.objects.count() == 1

    def test_collection_with_a_rule_takes_no_items(self, staff):
        staff.post("/v1/collections", {"title": "Cheap", "kind": "rule", "rule": {"max_price": 1000}})
        slug = make_product().slug
        assert staff.put("/v1/collections/cheap/items", {"items": [slug]}).status_code == 409

    def test_deleting_a_collection_leaves_its_products(self, staff):
        make_product("Mug", slug="mug")
        staff.post("/v1/collections", {"title": "Summer", "items": ["mug"]})
        assert staff.delete("/v1/collections/summer").status_code == 204
        assert Product.objects.count() == 1


class TestAll:
    def fill(self, start: int, number: int) -> None:
        for index in range(start, start + number):
            attribute = ensure_attribute(f"a-{index}", label=f"A {index}")
            ensure_choices(attribute, ["One", "Two"])
            kind = ProductType.objects.create(name=f"T {index}", slug=f"t-{index}")
            kind.type_attributes.create(attribute=attribute)
            collection = Collection.objects.create(title=f"C {index}", slug=f"c-{index}")
            product = make_product(category=f"home/k-{index}", brand=f"Brand {index}")
            collection.items.create(product=product)

    def test_lists_cost_as_many_queries_at_20_rows_as_at_2(self, staff):
        def costs() -> list[int]:
            found = []
            for name in LISTS:
                with CaptureQueriesContext(connection) as queries:
                    response = staff.get(f"/v1/staff/{name}?limit=50")
                assert response.status_code == 200
                assert len(response.json()["results"]) >= 2
                found.append(len(queries))
            return found

        self.fill(0, 2)
        at_2 = costs()
        self.fill(2, 18)
        # Product types are read with what they ask for.
        assert at_2 == costs() == [1, 1, 1, 1, 2, 1]

    def test_only_catalogue_staff_may_read_and_write(self, api_client, as_user, as_staff):
        for name in LISTS:
            assert api_client.get(f"/v1/staff/{name}").status_code == 401
            assert as_user().get(f"/v1/staff/{name}").status_code == 403
            assert api_client.post(f"/v1/{name}", {}).status_code == 401
            assert as_user().post(f"/v1/{name}", {}).status_code == 403
            assert as_staff("support_staff").patch(f"/v1/{name}/x", {}).status_code == 403
            assert as_staff("video_staff").delete(f"/v1/{name}/x").status_code == 403
            assert as_staff("catalog_staff").get(f"/v1/staff/{name}/nothing").status_code == 404
            assert writing_anything(as_staff("admin")).patch(f"/v1/{name}/nothing", {}).status_code == 404

    def test_creation_requires_an_idempotency_key(self, as_staff):
        for name in LISTS:
            response = as_staff("catalog_staff").post(f"/v1/{name}", {})
            assert (response.status_code, response.json()["type"]) == (400, "/problems/idempotency-key-required")
