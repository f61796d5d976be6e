"""What an import writes, as shoppers, other services and staff see it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.catalog.discovery.models import Listing
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.models import StockItem, StockMovement, Warehouse
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Brand, Price, Product, ProductType, SalePrice, Variant
from apps.catalog.tests.factories import add_variant, make_film, make_product
from apps.catalog.tests.imports.files import actions, check, csv_of, csv_of_rows, done, errors, write
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
FULL = {
    "sku": "MUG-BLUE",
    "slug": "mug",
    "title": "Mug",
    "kind": "goods",
    "status": "published",
    "category": "home/kitchen",
    "brand": "Norrund",
    "type": "mugs",
    "summary": "A mug.",
    "description": "Line one\nline two",
    "year": "2026",
    "featured": "yes",
    "published_at": "2026-01-02T03:04:05Z",
    "published_until": "2999-01-01",
    "title.de": "Becher",
    "description.de": "Ein Becher.",
    "variant_name": "Blue",
    "barcode": "4006381333931",
    "options": "Colour=Blue;Size=L",
    "weight_grams": "350",
    "price.EUR": "19.99",
    "price.JPY": "2500",
    "sale.EUR": "14.99",
    "sale_starts_at": "2026-01-01T00:00:00Z",
    "sale_ends_at": "2998-12-31T00:00:00Z",
    "stock": "12",
    "attr.material": "stoneware|oak",
    "attr.height": "9.5",
    "attr.handmade": "yes",
    "attr.note": "Dishwasher safe",
}


@pytest.fixture(autouse=True)
def warehouse() -> Warehouse:
    return Warehouse.objects.get_or_create(code="main", defaults={"name": "Main warehouse"})[0]


@pytest.fixture
def shop() -> None:
    ensure_category("home/kitchen")
    ensure_category("films")
    Brand.objects.create(name="Norrund", slug="norrund")
    ProductType.objects.create(name="Mugs", slug="mugs")
    material = ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE)
    ensure_choices(material, ["Stoneware", "Oak", "Glass"])
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")
    ensure_attribute("handmade", label="Handmade", kind=Attribute.Kind.BOOLEAN)
    ensure_attribute("note", label="Note", kind=Attribute.Kind.TEXT)


def displayed() -> list[tuple[str, list[str]]]:
    events = OutboxEvent.objects.order_by("sequence")
    return [(event.type.split(".")[2], event.data["skus"]) for event in events]


class TestNewProducts:
    def test_every_column_is_written(self, shop):
        job = done(write(csv_of_rows([FULL])))
        assert (job.created_count, job.written_rows, job.row_count) == (1, 1, 1)
        product = Product.objects.get(slug="mug")
        assert (product.title, product.status, product.category.full_path) == ("Mug", "published", "home/kitchen")
        assert (product.brand.name, product.product_type.slug, product.year) == ("Norrund", "mugs", 2026)
        assert product.description == "Line one\nline two"
        assert product.is_featured
        assert product.published_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert product.published_until == datetime(2999, 1, 2, tzinfo=UTC)
        assert product.translations == {"de": {"title": "Becher", "description": "Ein Becher."}}
        variant = Variant.objects.get(sku="MUG-BLUE")
        assert (variant.name, variant.barcode, variant.weight_grams) == ("Blue", "4006381333931", 350)
        assert variant.options == {"Colour": "Blue", "Size": "L"}
        assert dict(Price.objects.values_list("currency", "amount")) == {"EUR": 1999, "JPY": 2500}
        sale = SalePrice.objects.get()
        assert (sale.amount, sale.currency, sale.starts_at.year) == (1499, "EUR", 2026)
        assert StockItem.objects.get(variant=variant).on_hand == 12
        movement = StockMovement.objects.get()
        assert (movement.quantity, movement.reason, movement.moved_by) == (12, "counted", "ada@example.com")
        values = product.attribute_values.order_by("attribute__code", "key")
        assert [value.key or value.number for value in values] == [
            "true",
            pytest.approx(9.5),
            "oak",
            "stoneware",
            "dishwasher-safe",
        ]

    def test_a_new_product_shows_in_the_shop_and_is_announced(self, shop, api_client):
        done(write(csv_of_rows([FULL])))
        listing = Listing.objects.get()
        assert listing.is_published
        assert listing.availability == "in_stock"
        assert listing.prices["EUR"] == {"amount": 1499, "regular": 1999, "varies": False}
        assert displayed() == [("published", ["MUG-BLUE"])]
        assert api_client.get("/v1/products", {"q": "mug"}).json()["results"][0]["slug"] == "mug"

    def test_the_same_file_again_changes_nothing(self, shop):
        done(write(csv_of_rows([FULL])))
        version = Product.objects.get().version
        OutboxEvent.objects.all().delete()
        job = done(write(csv_of_rows([FULL])))
        assert (job.unchanged_count, job.changed_count, job.created_count) == (1, 0, 0)
        assert Product.objects.get().version == version
        assert StockMovement.objects.count() == 1
        assert displayed() == []

    def test_rows_of_one_product_make_its_variants_in_their_order(self, shop):
        content = csv_of(
            "sku,slug,title,category,price.EUR,stock,status",
            "MUG-B,mug,Mug,home/kitchen,10,1,published",
            "MUG-A,mug,,,11,2,",
            "MUG-C,mug,Mug,home/kitchen,12,3,published",
            "JUG-1,,Jug,home/kitchen,20,,",
            "JUG-2,,,,21,,",
        )
        done(write(content))
        variants = Variant.objects.filter(product__slug="mug").order_by("position")
        assert [variant.sku for variant in variants] == ["MUG-B", "MUG-A", "MUG-C"]
        assert Variant.objects.filter(product__slug="jug").count() == 2
        assert displayed() == [("published", ["MUG-A", "MUG-B", "MUG-C"])]
        assert Product.objects.get(slug="jug").status == "draft"
        assert StockItem.objects.count() == 5

    def test_a_film_is_offered_to_buy_and_to_rent_and_has_no_stock(self, shop):
        content = csv_of(
            "sku,slug,title,kind,category,title_slug,offer,rental_hours,price.EUR",
            "M-BUY,metropolis,Metropolis,video,films,metropolis,buy,,9.99",
            "M-RENT,metropolis,,,,,rent,48,3.99",
        )
        done(write(content))
        assert set(Variant.objects.values_list("offer", "rental_hours")) == {("buy", None), ("rent", 48)}
        assert not StockItem.objects.exists()

    def test_a_new_sku_joins_a_product_that_is_there(self, shop):
        product = make_product("Mug", slug="mug", sku="MUG-1")
        OutboxEvent.objects.all().delete()
        done(write(csv_of("sku,slug,price.EUR,stock", "MUG-2,mug,12.50,3")))
        second = Variant.objects.get(sku="MUG-2")
        assert (second.product_id, second.position) == (product.pk, 1)
        assert displayed() == [("changed", ["MUG-1", "MUG-2"])]


class TestChanges:
    def test_only_what_the_file_says_changes(self, shop):
        product = make_product("Mug", sku="MUG-1", price=1490, summary="Old", brand="Elm", stock=7)
        version = Product.objects.get(pk=product.pk).version
        OutboxEvent.objects.all().delete()
        job = done(write(csv_of("sku,price.EUR,summary", 'MUG-1,15.90,"New, better"')))
        assert job.rows.get().changes == {"price.EUR": ["14.90", "15.90"], "summary": ["Old", "New, better"]}
        changed = Product.objects.get(pk=product.pk)
        assert (changed.summary, changed.brand.name, changed.version) == ("New, better", "Elm", version + 1)
        assert Price.objects.get().amount == 1590
        assert StockItem.objects.get().on_hand == 7
        assert Listing.objects.get().prices["EUR"]["amount"] == 1590
        assert displayed() == [("changed", ["MUG-1"])]

    def test_a_dash_empties_and_an_empty_cell_keeps(self, shop):
        done(write(csv_of_rows([FULL])))
        names = ["brand", "summary", "year", "title.de", "barcode", "options", "sale.EUR", "attr.material", "attr.note"]
        done(write(csv_of_rows([{"sku": "MUG-BLUE", "type": ""} | dict.fromkeys(names, "-")])))
        product = Product.objects.get()
        assert (product.brand, product.summary, product.year) == (None, "", None)
        assert product.product_type.slug == "mugs"
        assert product.translations == {"de": {"description": "Ein Becher."}}
        variant = Variant.objects.get()
        assert (variant.barcode, variant.options) == ("", {})
        assert not SalePrice.objects.exists()
        assert set(product.attribute_values.values_list("attribute__code", flat=True)) == {"handmade", "height"}

    def test_archiving_withdraws_and_publishing_publishes(self, shop):
        make_product("Mug", sku="MUG-1")
        make_product("Jug", sku="JUG-1", status="draft", stock=None)
        OutboxEvent.objects.all().delete()
        done(write(csv_of("sku,status", "MUG-1,archived", "JUG-1,published")))
        assert sorted(displayed()) == [("published", ["JUG-1"]), ("withdrawn", ["MUG-1"])]
        assert not Listing.objects.get(product__slug__startswith="mug").is_published

    def test_stock_is_counted_with_a_movement_and_shows(self, shop):
        make_product("Mug", sku="MUG-1", stock=10)
        done(write(csv_of("sku,stock", "MUG-1,0")))
        assert StockItem.objects.get().on_hand == 0
        assert StockMovement.objects.order_by("-created_at")[0].quantity == -10
        assert Listing.objects.get().availability == "out_of_stock"

    def test_a_sale_is_moved_and_others_stay(self, shop):
        done(write(csv_of_rows([FULL])))
        variant = Variant.objects.get()
        later = {"starts_at": datetime(2999, 1, 1, tzinfo=UTC), "ends_at": datetime(2999, 2, 1, tzinfo=UTC)}
        SalePrice.objects.create(variant=variant, currency="EUR", amount=1000, **later)
        done(write(csv_of("sku,sale.EUR,sale_ends_at", "MUG-BLUE,13.50,2998-01-01")))
        sales = SalePrice.objects.order_by("starts_at").values_list("amount", "ends_at__year")
        assert list(sales) == [(1350, 2998), (1000, 2999)]

    def test_the_first_row_of_a_product_says_its_columns(self, shop):
        product = make_product("Mug", slug="mug", sku="MUG-1")
        add_variant(product, sku="MUG-2", price=900)
        job = done(write(csv_of("sku,slug,title,price.EUR", "MUG-1,mug,Beaker,10", "MUG-2,mug,Beaker,11")))
        assert [row.changes.get("title") for row in job.rows.order_by("line")] == [["Mug", "Beaker"], None]
        assert Product.objects.get().title == "Beaker"

    def test_a_film_keeps_its_kind(self, shop):
        make_film("Metropolis")
        job = check(csv_of("sku,kind", "METROPOLIS-BUY,goods"))
        assert list(errors(job)[2]) == ["kind"]


def test_a_dry_run_writes_nothing(shop):
    make_product("Mug", sku="MUG-1", price=1490)
    job = check(csv_of("sku,title,category,price.EUR", "MUG-1,,,9.90", "NEW-1,New,home/kitchen,5", "MUG-9,,,"))
    assert (job.state, job.error_count, actions(job)) == (ImportJob.State.CHECKED, 1, ["change", "create", "error"])
    assert Price.objects.get().amount == 1490
    assert Variant.objects.count() == 1


def test_a_file_with_one_error_is_not_written_at_all(shop):
    make_product("Mug", sku="MUG-1", price=1490)
    job = write(csv_of("sku,price.EUR", "MUG-1,9.90", "MUG-2,x"))
    assert (job.state, job.written_rows) == (ImportJob.State.FAILED, 0)
    assert "nothing was written" in job.failure
    assert Price.objects.get().amount == 1490


def test_the_file_is_forgotten_once_it_was_checked(shop, settings):
    job = check(csv_of_rows([FULL]))
    assert not job.file
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_prices_in_the_caribbean_guilder_are_written():
    """XCG stood in one of two lists."""
    product = make_product("Mug", sku="MUG")
    done(write(csv_of("sku,price.XCG", "MUG,3.50")))
    assert Price.objects.get(variant__product=product, currency="XCG").amount == 350
