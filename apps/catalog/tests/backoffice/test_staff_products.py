"""Staff REST of products: made, read as drafts, changed with all their parts, deleted."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.inventory.services import set_stock
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Price, Product, ProductImage, ProductType, Variant
from apps.catalog.tests.factories import image_file, make_film, make_product, sku_of
from apps.catalog.tests.products.helpers import writing_anything
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = {
    "title": "Oak tray",
    "category": "home/kitchen",
    "summary": "Carries breakfast.",
    "seo_title": "Tray of oak",
    "translations": {"de": {"title": "Tablett aus Eiche"}},
    "attributes": {"material": ["oak"], "width": 40.5, "handmade": True, "care": "Wipe it."},
    "variants": [
        {
            "sku": "TRAY-S",
            "name": "Small",
            "options": {"size": "S"},
            "weight_grams": 900,
            "barcode": "4006381333931",
            "prices": [{"amount": 2900, "currency": "EUR"}, {"amount": 3100, "currency": "USD"}],
            "sales": [
                {
                    "price": {"amount": 1900, "currency": "EUR"},
                    "starts_at": "2020-01-01T00:00:00Z",
                    "ends_at": "2090-01-01T00:00:00Z",
                }
            ],
            "translations": {"de": {"name": "Klein"}},
        },
        {"sku": "TRAY-L", "name": "Large", "position": 1, "price": {"amount": 3900, "currency": "EUR"}},
    ],
}


@pytest.fixture
def staff(as_staff):
    return writing_anything(as_staff("catalog_staff"))


@pytest.fixture
def vocabulary() -> None:
    ensure_category("home/kitchen")
    ensure_choices(ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE), ["Oak", "Ash"])
    ensure_attribute("width", label="Width", kind=Attribute.Kind.NUMBER, unit="cm")
    ensure_attribute("handmade", label="Handmade", kind=Attribute.Kind.BOOLEAN)
    ensure_attribute("care", label="Care", kind=Attribute.Kind.TEXT)


def events() -> list[str]:
    return [
        row.type.removeprefix("streamcart.").removesuffix(".v1") for row in OutboxEvent.objects.order_by("sequence")
    ]


@pytest.mark.usefixtures("vocabulary")
class TestMaking:
    def test_a_product_can_be_created_whole_and_is_read_back_as_it_was_sent(self, staff):
        response = staff.post("/v1/products", WHOLE)
        assert response.status_code == 201, response.content
        made = response.json()
        assert (made["slug"], made["status"], made["version"]) == ("oak-tray", "draft", 2)
        for name in ("title", "category", "summary", "seo_title", "translations", "attributes"):
            assert made[name] == WHOLE[name], name
        small, large = made["variants"]
        for name in ("sku", "name", "options", "weight_grams", "barcode", "prices", "sales", "translations"):
            assert small[name] == WHOLE["variants"][0][name], name
        assert large["prices"] == [{"amount": 3900, "currency": "EUR"}]
        assert made["price"] == {"amount": 1900, "currency": "EUR"}
        again = staff.get(response["Location"])
        assert (again.json(), again["ETag"]) == (made, response["ETag"])

    def test_shoppers_see_it_when_it_is_published_and_not_before(self, staff, api_client):
        made = staff.post("/v1/products", WHOLE)
        address = f"/v1/products/{made.json()['slug']}"
        assert api_client.get(address).status_code == 404
        assert events() == []
        response = staff.patch(address, {"status": "published"}, HTTP_IF_MATCH=made["ETag"])
        assert response.status_code == 200
        shown = api_client.get(address).json()
        assert (shown["price"]["amount"], shown["regular_price"]["amount"]) == (1900, 2900)
        assert events() == ["product.published"]

    def test_product_with_a_future_publication_date_is_not_shown_yet(self, staff, api_client):
        ahead = WHOLE | {"status": "published", "published_at": "2090-01-01T00:00:00Z"}
        slug = staff.post("/v1/products", ahead).json()["slug"]
        assert api_client.get(f"/v1/products/{slug}").status_code == 404
        listed = staff.get("/v1/staff/products?status=published").json()["results"]
        assert [item["published_at"] for item in listed] == ["2090-01-01T00:00:00Z"]

    def test_the_same_title_gets_a_slug_of_its_own(self, staff):
        body = {"title": "Oak tray", "category": "home/kitchen"}
        assert [staff.post("/v1/products", body).json()["slug"] for _ in range(3)] == [
            "oak-tray",
            "oak-tray-2",
            "oak-tray-3",
        ]

    def test_a_double_click_creates_one_product(self, staff):
        body = {"title": "Oak tray", "category": "home/kitchen"}
        first = staff.post("/v1/products", body, HTTP_IDEMPOTENCY_KEY="one")
        second = staff.post("/v1/products", body, HTTP_IDEMPOTENCY_KEY="one")
        assert second.json() == first.json()
        assert second["Idempotency-Replayed"] == "true"
        assert second["ETag"] == first["ETag"]
        assert Product.objects.count() == 1

    def test_a_taken_slug_or_sku_is_refused_and_nothing_is_created(self, staff):
        make_product("Mug", slug="mug", sku="MUG")
        taken = staff.post("/v1/products", {"title": "Mug", "slug": "mug", "category": "home/kitchen"})
        assert (taken.status_code, list(taken.json()["errors"])) == (409, ["slug"])
        taken = staff.post("/v1/products", {"title": "M", "category": "home/kitchen", "variants": [{"sku": "MUG"}]})
        assert (taken.status_code, list(taken.json()["errors"])) == (409, ["variants.0.sku"])
        assert Product.objects.count() == 1

    def test_attributes_that_the_product_type_requires_are_needed_to_publish(self, staff):
        trays = ProductType.objects.create(name="Trays", slug="trays")
        trays.type_attributes.create(attribute=Attribute.objects.get(code="material"), is_required=True)
        body = WHOLE | {"product_type": "trays", "attributes": {}, "status": "published"}
        response = staff.post("/v1/products", body)
        assert (response.status_code, list(response.json()["errors"])) == (409, ["attributes.material"])
        assert not Product.objects.exists()


BAD = [
    ({"title": ""}, "title"),
    ({"title": "a\x00b"}, "title"),
    ({"title": 1e400}, "title"),
    ({"title": ["x"]}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"slug": "no spaces"}, "slug"),
    ({"slug": "ünï"}, "slug"),
    ({"slug": "x" * 121}, "slug"),
    ({"kind": "service"}, "kind"),
    ({"status": None}, "status"),
    ({"category": "no/such"}, "category"),
    ({"category": None}, "category"),
    ({"brand": "nobody"}, "brand"),
    ({"product_type": "nothing"}, "product_type"),
    ({"year": 10**30}, "year"),
    ({"year": -1}, "year"),
    ({"published_at": "yesterday"}, "published_at"),
    ({"published_at": "0001-01-01T00:00:00+14:00"}, "published_at"),
    ({"published_at": "2030-01-01T00:00:00Z", "published_until": "2029-01-01T00:00:00Z"}, "published_until"),
    ({"nonsense": 1}, "nonsense"),
    ({"translations": {"fr": {"title": "Plateau"}}}, "translations.fr"),
    ({"translations": {"de": {"slug": "x"}}}, "translations.de.slug"),
    ({"translations": {"de": {"title": "x" * 201}}}, "translations.de.title"),
    ({"translations": {"de": {"title": "a\x00b"}}}, "translations.de.title"),
    ({"translations": {"d\x00": {}}}, "translations"),
    ({"translations": []}, "translations"),
    ({"attributes": {"nothing": 1}}, "attributes.nothing"),
    ({"attributes": {"material": "steel"}}, "attributes.material"),
    ({"attributes": {"width": "wide"}}, "attributes.width"),
    ({"attributes": {"width": 10**400}}, "attributes.width"),
    ({"attributes": {"width": True}}, "attributes.width"),
    ({"attributes": {"handmade": "perhaps"}}, "attributes.handmade"),
    ({"attributes": {"care": "x" * 301}}, "attributes.care"),
    ({"attributes": {"care": {"a": 1}}}, "attributes.care"),
    ({"attributes": {"ca\x00re": 1}}, "attributes"),
    ({"related": ["nothing"]}, "related.0"),
    ({"related": ["a", "a"]}, "related"),
]
BAD_VARIANTS = [
    ({"sku": "has space"}, "sku"),
    ({"sku": "x" * 41}, "sku"),
    ({"sku": "a\x00"}, "sku"),
    ({"barcode": "4006381333932"}, "barcode"),
    ({"barcode": "abc"}, "barcode"),
    ({"weight_grams": -1}, "weight_grams"),
    ({"weight_grams": 10**18}, "weight_grams"),
    ({"position": 32_768}, "position"),
    ({"offer": "rent"}, "offer"),
    ({"rental_hours": 48}, "rental_hours"),
    ({"options": {"": "x"}}, "options"),
    ({"options": {"a\x00": "x"}}, "options"),
    ({"options": {"a": {"b": {}}}}, "options.a"),
    ({"options": {str(number): "x" for number in range(11)}}, "options"),
    ({"prices": [{"amount": -1, "currency": "EUR"}]}, "prices.0.amount"),
    ({"prices": [{"amount": 10**30, "currency": "EUR"}]}, "prices.0.amount"),
    ({"prices": [{"amount": 1, "currency": "ZZZ"}]}, "prices.0.currency"),
    ({"prices": [{"amount": 1, "currency": "EUR"}] * 2}, "prices"),
    ({"prices": {"EUR": 1}}, "prices"),
    (
        {
            "sales": [
                {
                    "price": {"amount": 1, "currency": "EUR"},
                    "starts_at": "2030-01-02T00:00:00Z",
                    "ends_at": "2030-01-01T00:00:00Z",
                }
            ]
        },
        "sales.0.ends_at",
    ),
    (
        {
            "sales": [
                {
                    "price": {"amount": 1, "currency": "USD"},
                    "starts_at": "2030-01-01T00:00:00Z",
                    "ends_at": "2030-01-02T00:00:00Z",
                }
            ]
        },
        "sales.0.price",
    ),
]


@pytest.mark.django_db
@pytest.mark.usefixtures("vocabulary")
class TestBadInput:
    """Each in a transaction that is rolled back: much faster, and nothing here has to be committed."""

    @pytest.mark.parametrize(("change", "field"), BAD)
    def test_a_new_product_is_refused_and_nothing_is_written(self, staff, change, field):
        body = {"title": "Tray", "category": "home/kitchen"} | change
        response = staff.post("/v1/products", json.dumps(body), content_type="application/json")
        if change == {"title": 1e400}:
            # Python writes Infinity, which is no JSON.
            assert response.status_code == 400
        else:
            assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        assert not Product.objects.exists()

    @pytest.mark.parametrize(("change", "field"), [row for row in BAD if row[0] != {"title": 1e400}])
    def test_a_change_is_refused_and_nothing_is_written(self, staff, change, field):
        product = make_product("Mug", price=1490)
        response = staff.patch(f"/v1/products/{product.slug}", {"summary": "New"} | change)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        now = Product.objects.get()
        assert (now.version, now.summary) == (product.version, "")

    @pytest.mark.parametrize(("change", "field"), BAD_VARIANTS)
    def test_a_variant_is_refused_and_nothing_is_written(self, staff, change, field):
        product = make_product("Mug", sku="MUG")
        address = f"/v1/products/{product.slug}/variants"
        body = {"sku": "NEW", "price": {"amount": 100, "currency": "EUR"}} | change
        response = staff.post(address, body)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        if "sku" not in change:
            response = staff.patch(f"{address}/MUG", {"name": "New"} | change)
            assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        assert Product.objects.get().version == product.version
        assert list(Variant.objects.values_list("sku", "name")) == [("MUG", "")]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b'"text"',
            b"12",
            b"{",
            b'{"title": "\xff\xfe"}',
            b'{"title": "\\ud800"}',
            b'{"\\udc00": 1}',
            b'{"attributes": {"\\ud83d": 1}}',
            b'{"title": NaN}',
            b"1" * 5_000,
            b'{"translations":' * 500 + b"1" + b"}" * 500,
            b"[" * 200_000,
        ],
    )
    def test_body_that_is_no_json_object_is_a_problem(self, staff, body):
        product = make_product("Mug")
        for response in (
            staff.post("/v1/products", body, content_type="application/json"),
            staff.patch(f"/v1/products/{product.slug}", body or b"[]", content_type="application/json"),
            staff.post(f"/v1/products/{product.slug}/variants", body, content_type="application/json"),
        ):
            assert response.status_code == 400, response.content
            assert response["Content-Type"] == "application/problem+json"
        assert Product.objects.get().version == product.version

    def test_a_whole_emoji_in_two_parts_is_a_title(self, staff):
        body = b'{"title": "Tea \\ud83c\\udf75", "category": "home/kitchen"}'
        response = staff.post("/v1/products", body, content_type="application/json")
        assert (response.status_code, response.json()["title"]) == (201, "Tea \U0001f375")

    def test_other_media_types_are_refused(self, staff):
        response = staff.post("/v1/products", "title=x", content_type="application/x-www-form-urlencoded")
        assert response.status_code == 415

    def test_many_variants_at_once_are_refused(self, staff):
        body = {"title": "T", "category": "home/kitchen", "variants": [{"sku": f"S{n}"} for n in range(101)]}
        assert list(staff.post("/v1/products", body).json()["errors"]) == ["variants"]

    def test_the_same_sku_twice_is_refused(self, staff):
        body = {"title": "T", "category": "home/kitchen", "variants": [{"sku": "S"}, {"sku": "S"}]}
        assert set(staff.post("/v1/products", body).json()["errors"]) == {"variants.0.sku", "variants.1.sku"}


class TestReading:
    def test_drafts_are_listed_and_filtered(self, staff):
        make_product("Mug", brand="Norrund")
        draft = make_product("Lamp", status="draft", category="home/light", sku="LAMP-1")
        make_film("Metropolis", status="archived")
        listed = staff.get("/v1/staff/products").json()["results"]
        assert [item["title"] for item in listed] == ["Metropolis", "Lamp", "Mug"]

        def titles(query: str) -> list[str]:
            response = staff.get(f"/v1/staff/products?{query}")
            assert response.status_code == 200, response.content
            return sorted(item["title"] for item in response.json()["results"])

        assert titles("status=draft") == ["Lamp"]
        assert titles("kind=video") == ["Metropolis"]
        assert titles("category=home") == ["Lamp", "Mug"]
        assert titles("category=home/light") == ["Lamp"]
        assert titles("brand=norrund") == ["Mug"]
        assert titles("q=lam") == ["Lamp"]
        assert titles("q=LAMP-1") == ["Lamp"]
        assert titles(f"q={draft.slug}") == ["Lamp"]
        assert titles("q=lamp%20-metropolis") == ["Lamp"]
        assert titles("q=%26%7C!%27%3A*%20(") == []
        assert titles("q=nothing") == titles("brand=nobody") == []

    @pytest.mark.parametrize("query", ["status=sold", "nonsense=1", "limit=0", "cursor=x", "kind=", "q=" + "x" * 201])
    def test_unknown_filters_are_refused(self, staff, query):
        assert staff.get(f"/v1/staff/products?{query}").status_code == 400

    def test_pages_follow_one_another(self, staff):
        slugs = [make_product().slug for _ in range(5)]
        seen, address = [], "/v1/staff/products?limit=2"
        while address:
            page = staff.get(address).json()
            seen += [item["slug"] for item in page["results"]]
            address = page["next"]
        assert seen == slugs[::-1]

    def test_a_list_costs_as_many_queries_at_20_rows_as_at_2(self, staff):
        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert staff.get("/v1/staff/products?limit=50").status_code == 200
            return len(queries)

        [make_product(brand="Norrund") for _ in range(2)]
        at_2 = cost()
        [make_product(brand=f"Brand {number}") for number in range(18)]
        assert at_2 == cost() == 1

    def test_a_product_costs_as_many_queries_with_many_parts_as_with_few(self, staff):
        product = make_product("Mug", attributes={"Material": "Oak"})

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(f"/v1/staff/products/{product.slug}").status_code == 200
            return len(queries)

        few = cost()
        address = f"/v1/products/{product.slug}"
        for number in range(5):
            staff.post(f"{address}/variants", {"sku": f"S-{number}", "price": {"amount": 1, "currency": "EUR"}})
            ProductImage.objects.create(product=product, file=f"{number}.png", width=1, height=1)
        staff.patch(address, {"related": [make_product().slug for _ in range(5)]})
        assert few == cost() == 8

    def test_only_catalogue_staff_may_read_products_of_the_back_office(self, api_client, as_user, as_staff):
        slug = make_product("Mug").slug
        for address in ("/v1/staff/products", f"/v1/staff/products/{slug}"):
            assert api_client.get(address).status_code == 401
            assert as_user().get(address).status_code == 403
            assert as_staff("support_staff").get(address).status_code == 403
            assert as_staff("admin").get(address).status_code == 200


class TestParts:
    def test_variants_are_added_changed_and_taken_away(self, staff, api_client):
        product = make_product("Mug", sku="MUG")
        address = f"/v1/products/{product.slug}/variants"
        added = staff.post(address, {"sku": "MUG-XL", "price": {"amount": 1990, "currency": "EUR"}, "position": 1})
        assert added.status_code == 201
        changed = staff.patch(f"{address}/MUG-XL", {"name": "Huge"}, HTTP_IF_MATCH=added["ETag"])
        assert [variant["name"] for variant in changed.json()["variants"]] == ["", "Huge"]
        assert [v["sku"] for v in api_client.get(f"/v1/products/{product.slug}").json()["variants"]] == [
            "MUG",
            "MUG-XL",
        ]
        left = staff.delete(f"{address}/MUG-XL", HTTP_IF_MATCH=changed["ETag"])
        assert [variant["sku"] for variant in left.json()["variants"]] == ["MUG"]

    def test_a_variant_with_stock_stays(self, staff):
        product = make_product("Mug", sku="MUG", stock=3)
        response = staff.delete(f"/v1/products/{product.slug}/variants/MUG")
        assert (response.status_code, response.json()["type"]) == (409, "/problems/in-use")
        assert Variant.objects.count() == 1

    def test_the_last_price_of_a_published_product_stays(self, staff):
        product = make_product("Mug", sku="MUG", stock=None)
        for response in (
            staff.patch(f"/v1/products/{product.slug}/variants/MUG", {"prices": []}),
            staff.delete(f"/v1/products/{product.slug}/variants/MUG"),
        ):
            assert (response.status_code, response.json()["type"]) == (409, "/problems/not-sellable")
        assert Price.objects.count() == 1

    def test_variants_of_other_products_are_not_found_here(self, staff):
        make_product("Lamp", sku="LAMP")
        address = f"/v1/products/{make_product('Mug').slug}/variants"
        assert staff.patch(f"{address}/LAMP", {"name": "x"}).status_code == 404
        assert staff.delete(f"{address}/NOTHING").status_code == 404

    def test_overlapping_sales_are_refused(self, staff):
        product = make_product("Mug", sku="MUG")
        sale = {
            "price": {"amount": 1, "currency": "EUR"},
            "starts_at": "2030-01-01T00:00:00Z",
            "ends_at": "2030-01-03T00:00:00Z",
        }
        response = staff.patch(f"/v1/products/{product.slug}/variants/MUG", {"sales": [sale, sale]})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["sales"])

    def test_attribute_values_and_translations_are_merged_into_the_existing_ones(self, staff):
        ensure_attribute("care", label="Care", kind=Attribute.Kind.TEXT)
        product = make_product("Mug", attributes={"Material": "Oak"})
        address = f"/v1/products/{product.slug}"
        staff.patch(address, {"attributes": {"care": "Wipe"}, "translations": {"de": {"title": "Becher"}}})
        response = staff.patch(address, {"translations": {"de": {"summary": "Heiß"}}, "attributes": {"material": None}})
        assert response.json()["attributes"] == {"care": "Wipe"}
        assert response.json()["translations"] == {"de": {"title": "Becher", "summary": "Heiß"}}
        assert staff.patch(address, {"translations": {"de": None}}).json()["translations"] == {}

    def test_related_products_stand_in_their_order(self, staff, api_client):
        product, lamp, tray = make_product("Mug"), make_product("Lamp"), make_product("Tray")
        address = f"/v1/products/{product.slug}"
        response = staff.patch(address, {"related": [tray.slug, lamp.slug]})
        assert response.json()["related"] == [tray.slug, lamp.slug]
        assert [item["slug"] for item in api_client.get(address).json()["related"]][:2] == [tray.slug, lamp.slug]
        assert list(staff.patch(address, {"related": [product.slug]}).json()["errors"]) == ["related.0"]

    def test_the_kind_stays_while_there_are_variants(self, staff):
        response = staff.patch(f"/v1/products/{make_product('Mug').slug}", {"kind": "video"})
        assert (response.status_code, list(response.json()["errors"])) == (409, ["kind"])


class TestDeleting:
    def test_a_draft_that_nobody_saw_is_deleted(self, staff):
        ensure_category("home")
        made = staff.post("/v1/products", {"title": "Tray", "category": "home", "variants": [{"sku": "T"}]})
        address = f"/v1/products/{made.json()['slug']}"
        assert staff.delete(address, HTTP_IF_MATCH=made["ETag"]).status_code == 204
        assert not Product.objects.exists()
        assert staff.delete(address).status_code == 404

    def test_product_that_was_on_sale_is_archived(self, staff, api_client):
        product = make_product("Mug")
        OutboxEvent.objects.all().delete()
        response = staff.delete(f"/v1/products/{product.slug}")
        assert (response.status_code, response.json()["status"]) == (200, "archived")
        assert api_client.get(f"/v1/products/{product.slug}").status_code == 410
        assert events() == ["product.withdrawn"]
        assert staff.delete(f"/v1/products/{product.slug}", HTTP_IF_MATCH=response["ETag"]).status_code == 200

    def test_a_draft_with_a_history_of_stock_is_archived(self, staff):
        product = make_product("Mug", status="draft", stock=None)
        Product.objects.update(published_at=None)
        set_stock(Variant.objects.get(sku=sku_of(product)), 3, reference="test")
        assert staff.delete(f"/v1/products/{product.slug}").json()["status"] == "archived"


class TestProductImages:
    def upload(self, staff, slug: str, content: bytes, name: str = "mug.png", **fields):
        body = {"file": SimpleUploadedFile(name, content), **fields}
        return staff.post(f"/v1/products/{slug}/images", body, format="multipart")

    def test_an_image_is_uploaded_described_moved_and_taken_away(self, staff, api_client):
        product = make_product("Mug")
        first = self.upload(staff, product.slug, image_file(), alt="A mug")
        assert first.status_code == 201, first.content
        second = self.upload(staff, product.slug, image_file(colour=(1, 2, 3)))
        images = second.json()["images"]
        assert [(image["alt"], image["position"], image["width"]) for image in images] == [
            ("A mug", 0, 800),
            ("", 1, 800),
        ]
        shown = api_client.get(f"/v1/products/{product.slug}").json()["images"]
        assert [image["alt"] for image in shown] == ["A mug", ""]
        ids = [image["id"] for image in images]
        address = f"/v1/products/{product.slug}/images"
        turned = staff.put(f"{address}/order", {"images": ids[::-1]})
        assert [image["id"] for image in turned.json()["images"]] == ids[::-1]
        changed = staff.patch(f"{address}/{ids[1]}", {"alt": "Blue", "translations": {"de": {"alt": "Blau"}}})
        assert changed.json()["images"][0]["translations"] == {"de": {"alt": "Blau"}}
        assert len(staff.delete(f"{address}/{ids[0]}", HTTP_IF_MATCH=changed["ETag"]).json()["images"]) == 1

    def test_the_same_file_again_changes_nothing(self, staff):
        slug = make_product("Mug").slug
        first = self.upload(staff, slug, image_file())
        again = self.upload(staff, slug, image_file())
        assert (again.status_code, len(again.json()["images"])) == (200, 1)
        assert first.status_code == 201

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"<svg onload='alert(1)'/>", "mug.svg"),
            (b"MZ not an image", "mug.png"),
            (image_file()[:200], "cut.png"),
            (b"", "empty.png"),
            (image_file(6000, 6000, colour=(0, 0, 0)), "bomb.png"),
        ],
    )
    def test_file_that_is_no_image_is_refused_and_not_kept(self, staff, settings, content, name):
        product = make_product("Mug")
        response = self.upload(staff, product.slug, content, name)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["file"])
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
        assert Product.objects.get().version == product.version

    @pytest.mark.parametrize(
        ("fields", "field"), [({"position": "-1"}, "position"), ({"alt": "x" * 301}, "alt"), ({"x": "1"}, "x")]
    )
    def test_other_fields_are_checked_too(self, staff, fields, field):
        response = self.upload(staff, make_product("Mug").slug, image_file(), **fields)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])

    def test_json_is_no_upload(self, staff):
        response = staff.post(f"/v1/products/{make_product('Mug').slug}/images", {"file": "x"})
        assert response.status_code == 415

    @pytest.mark.parametrize("body", [b"", b"--x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx'])
    def test_a_broken_form_is_a_problem(self, staff, body):
        address = f"/v1/products/{make_product('Mug').slug}/images"
        response = staff.generic("POST", address, body, content_type="multipart/form-data; boundary=x")
        assert response.status_code == 400

    @pytest.mark.parametrize("ids", [[], ["x"], [str(uuid.uuid4())]])
    def test_an_order_names_each_image_once(self, staff, ids):
        slug = make_product("Mug").slug
        self.upload(staff, slug, image_file())
        assert staff.put(f"/v1/products/{slug}/images/order", {"images": ids}).status_code == 400

    def test_a_stale_etag_leaves_no_image_and_no_file(self, staff, settings):
        slug = make_product("Mug").slug
        seen = staff.get(f"/v1/staff/products/{slug}")["ETag"]
        staff.patch(f"/v1/products/{slug}", {"title": "Beaker"})
        body = {"file": SimpleUploadedFile("mug.png", image_file())}
        response = staff.post(f"/v1/products/{slug}/images", body, format="multipart", HTTP_IF_MATCH=seen)
        assert response.status_code == 412
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_prices_in_the_caribbean_guilder_are_written(staff):
    """XCG stood in one of two lists."""
    product = make_product("Mug", slug="mug", sku="MUG")
    price = {"amount": 350, "currency": "XCG"}
    assert staff.patch("/v1/products/mug/variants/MUG", {"price": price}).status_code == 200
    assert product.variants.get().prices.get(currency="XCG").amount == 350
