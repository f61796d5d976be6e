"""`import_products`: typed attributes, types, brands, collections, translations, sales and policies."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.catalog.discovery.models import Listing, SearchDocument, TaxonomyStamp
from apps.catalog.inventory.models import StockItem
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    Collection,
    Product,
    ProductRelation,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.tests.factories import make_product
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

EURO = {"amount": 3400, "currency": "EUR"}
CATALOGUE: dict[str, Any] = {
    "attributes": [
        {
            "code": "material",
            "label": "Material",
            "translations": {"de": {"label": "Werkstoff"}},
            "choices": [
                {"label": "Stoneware", "translations": {"de": {"label": "Steinzeug"}}},
                {"slug": "cork", "label": "Cork", "translations": {"de": {"label": "Kork"}}},
            ],
        },
        {"code": "volume", "label": "Volume", "kind": "number", "unit": "ml"},
        {"code": "dishwasher-safe", "label": "Dishwasher safe", "kind": "boolean"},
        {"code": "story", "label": "Story", "kind": "text", "is_facet": False},
    ],
    "product_types": [
        {
            "slug": "tableware",
            "name": "Tableware",
            "attributes": [{"code": "material", "required": True}, {"code": "volume"}, "dishwasher-safe"],
        }
    ],
    "brands": [
        {"name": "Halde", "description": "A pottery.", "translations": {"de": {"description": "Eine Töpferei."}}}
    ],
    "categories": [
        {
            "path": "kitchen",
            "name": "Kitchen",
            "translations": {"de": {"name": "Küche"}},
            "seo": {"title": "Kitchen things", "description": "Bowls and mugs."},
        }
    ],
    "collections": [
        {
            "slug": "film-night",
            "title": "Film night",
            "products": ["bowl", "mug"],
            "translations": {"de": {"title": "Filmabend"}},
        },
        {"slug": "small", "title": "Small", "rule": {"max_price": 2000, "attr.material": "cork"}},
    ],
    "products": [
        {
            "slug": "bowl",
            "title": "Bowl",
            "kind": "goods",
            "type": "tableware",
            "brand": "Halde",
            "category": "kitchen",
            "attributes": {
                "material": ["Stoneware", "cork"],
                "Volume": "2500 ml",
                "dishwasher-safe": True,
                "Story": "Long",
            },
            "translations": {"de": {"title": "Schale", "summary": "Breit."}},
            "seo": {"title": "A bowl", "description": "Wide."},
            "related": ["mug"],
            "variants": [
                {
                    "sku": "BOWL-R",
                    "name": "Red",
                    "barcode": "2000000000015",
                    "price": EURO,
                    "stock": 4,
                    "sale": {"amount": 2900, "currency": "EUR", "days": 30},
                    "translations": {"de": {"name": "Rot"}},
                },
                {
                    "sku": "BOWL-G",
                    "price": EURO,
                    "stock": 0,
                    "policy": "backorder",
                    "backorder_limit": 12,
                    "available_on": "2031-05-01",
                },
            ],
        },
        {
            "slug": "mug",
            "title": "Mug",
            "kind": "goods",
            "category": "kitchen",
            "variants": [{"sku": "MUG", "price": EURO, "stock": 1}],
        },
    ],
}


@pytest.fixture
def run(tmp_path: Path, capsys):
    """Import `data`; returns what was printed."""

    def command(data: Any) -> str:
        (tmp_path / "catalogue.json").write_text(json.dumps(data))
        call_command("import_products", str(tmp_path / "catalogue.json"))
        return capsys.readouterr().out

    return command


def changed(*path: Any, **values: Any) -> dict[str, Any]:
    """The catalogue with other values in the object at `path`."""
    data = copy.deepcopy(CATALOGUE)
    place: Any = data
    for step in path:
        place = place[step]
    place |= values
    return data


def state() -> list[Any]:
    """Everything that an import may write, without the times of import."""
    models = (Attribute, AttributeChoice, ProductType, Brand, Category, Collection, Variant, StockItem, SalePrice)
    rows = [list(model.objects.order_by("pk").values()) for model in (*models, Product, ProductRelation, Listing)]
    return [*rows, OutboxEvent.objects.count(), list(TaxonomyStamp.objects.values())]


def test_attribute_values_are_stored_in_the_column_of_their_kind(run):
    run(CATALOGUE)
    values = Product.objects.get(slug="bowl").attribute_values.order_by("attribute__position", "choice__slug")
    shown = [(v.attribute.code, v.choice and v.choice.label, v.number, v.boolean, v.text) for v in values]
    assert shown == [
        ("material", "Cork", None, None, ""),
        ("material", "Stoneware", None, None, ""),
        ("volume", None, 2500, None, ""),
        ("dishwasher-safe", None, None, True, ""),
        ("story", None, None, None, "Long"),
    ]


def test_types_brands_and_categories_are_described(run):
    run(CATALOGUE)
    bowl = Product.objects.select_related("product_type", "brand", "category").get(slug="bowl")
    asked = bowl.product_type.type_attributes.order_by("position").values_list("attribute__code", "is_required")
    assert list(asked) == [("material", True), ("volume", False), ("dishwasher-safe", False)]
    assert (bowl.brand.slug, bowl.brand.translations["de"]["description"]) == ("halde", "Eine Töpferei.")
    assert (bowl.category.translations, bowl.category.seo_title) == ({"de": {"name": "Küche"}}, "Kitchen things")
    assert (bowl.seo_title, bowl.translations["de"]["title"]) == ("A bowl", "Schale")
    assert bowl.variants.get(sku="BOWL-R").translations == {"de": {"name": "Rot"}}


def test_collections_hold_products_in_order_or_a_rule(run):
    run(CATALOGUE)
    by_hand, by_rule = Collection.objects.order_by("position")
    assert list(by_hand.items.order_by("position").values_list("product__slug", flat=True)) == ["bowl", "mug"]
    assert (by_rule.kind, by_rule.rule) == ("rule", {"max_price": "2000", "attr.material": "cork"})
    assert by_hand.is_published


def test_a_sale_starts_now_and_ends_after_its_days(run):
    run(CATALOGUE)
    sale = SalePrice.objects.get()
    assert (sale.variant.sku, sale.amount, sale.ends_at - sale.starts_at) == ("BOWL-R", 2900, timedelta(days=30))
    assert abs(timezone.now() - sale.starts_at) < timedelta(minutes=1)
    assert Listing.objects.get(product__slug="bowl").prices["EUR"] == {"amount": 2900, "regular": 3400, "varies": True}


def test_a_policy_says_how_many_are_sold_before_they_are_here(run):
    run(CATALOGUE)
    item = StockItem.objects.get(variant__sku="BOWL-G")
    assert (item.policy, item.backorder_limit, str(item.available_on)) == ("backorder", 12, "2031-05-01")
    assert Variant.objects.get(sku="BOWL-R").barcode == "2000000000015"


def test_products_are_related_also_to_later_ones(run):
    run(CATALOGUE)
    assert list(ProductRelation.objects.values_list("product__slug", "related__slug")) == [("bowl", "mug")]


def test_the_same_file_again_writes_not_one_row(run):
    run(CATALOGUE)
    before = state()
    assert "0 products" in run(CATALOGUE)
    assert state() == before


def test_a_sale_that_is_over_begins_again_and_nothing_else_changes(run):
    run(CATALOGUE)
    SalePrice.objects.update(starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(days=1))
    Product.objects.filter(slug="bowl").update(title="By staff")
    assert "1 products" in run(CATALOGUE)
    assert SalePrice.objects.get().ends_at > timezone.now()
    assert Product.objects.get(slug="bowl").title == "By staff"


def test_a_sale_that_staff_removed_is_not_added_again(run):
    run(CATALOGUE)
    SalePrice.objects.all().delete()
    assert "0 products" in run(CATALOGUE)
    assert not SalePrice.objects.exists()


def test_fields_that_an_entry_leaves_out_stay_as_staff_left_them(run):
    run(CATALOGUE)
    Variant.objects.filter(sku="MUG").update(barcode="96385074")
    Product.objects.filter(slug="mug").update(translations={"de": {"title": "Becher"}}, seo_title="Mugs")
    run(changed("products", 1, title="Tall mug"))
    mug = Product.objects.get(slug="mug")
    assert (mug.title, mug.translations, mug.seo_title) == ("Tall mug", {"de": {"title": "Becher"}}, "Mugs")
    assert Variant.objects.get(sku="MUG").barcode == "96385074"


def test_a_reworded_choice_is_found_by_its_new_word(run):
    run(CATALOGUE)
    data = copy.deepcopy(CATALOGUE)
    data["attributes"][0]["choices"][1]["label"] = "Bark of the oak"
    assert "0 products" in run(data)
    assert "'bark'" in str(SearchDocument.objects.values_list("document", flat=True).get(product__slug="bowl"))


def test_a_renamed_brand_is_announced(run):
    run(CATALOGUE)
    OutboxEvent.objects.all().delete()
    run(changed("brands", 0, name="Halde & Daughters", slug="halde") | {"products": []})
    assert [event.data["slug"] for event in OutboxEvent.objects.all()] == ["bowl"]


def test_an_attribute_gets_another_kind_with_the_products_of_the_file(run):
    data = copy.deepcopy(CATALOGUE)
    data["attributes"][1] = {"code": "volume", "label": "Volume", "kind": "text"}
    run(data)
    assert "1 products" in run(CATALOGUE)
    bowl = Product.objects.get(slug="bowl")
    assert bowl.attribute_values.get(attribute__code="volume").number == 2500


def test_an_attribute_keeps_its_kind_while_other_products_have_values_of_it(run):
    make_product("Old jug", attributes={"Volume": "big"})
    with pytest.raises(CommandError, match="volume: 1 products that are not in the file have values of the kind"):
        run(CATALOGUE)
    assert Attribute.objects.get(code="volume").kind == "choice"


def test_a_product_whose_relations_failed_is_written_again(run):
    with pytest.raises(CommandError, match=r"Product bowl: related\.0: There is no product kettle"):
        run(changed("products", 0, related=["kettle"]))
    assert "1 products" in run(CATALOGUE)
    assert ProductRelation.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "is not an object"),
        (changed("attributes", 0, kind="colour"), "Attribute material: ValueError"),
        (changed("attributes", 0, choices=[{"slug": "x"}]), "Attribute material: KeyError('label')"),
        (changed("attributes", 0, label="x" * 61), "Attribute material: label: Ensure this value has at most 60"),
        (changed("product_types", 0, attributes=["weight"]), "Product type tableware: there is no attribute weight"),
        (changed("brands", 0, translations={"xx": {}}), "Brand Halde: translations.xx: Use one of: de."),
        (changed("categories", 0, translations={"de": {"title": "x"}}), "Category kitchen: translations.de.title"),
        (changed("collections", 0, products=["kettle"]), "Collection film-night: there is no product kettle"),
        (changed("collections", 1, kind="rule", rule={}), "Collection small: __all__"),
        (changed("products", 0, type="mugs"), "Product bowl: there is no product type mugs"),
        (changed("products", 0, attributes={"material": "gold"}), "attributes.material: 'gold' is none of its choices"),
        (changed("products", 0, attributes={"volume": 3}), "Product bowl: attributes.material"),
        (changed("products", 0, related=["bowl"]), "Product bowl: related.0: A product is not beside itself."),
        (changed("products", 0, title="x" * 201), "Product bowl: title: Ensure this value has at most 200"),
        (changed("products", 0, seo={"title": "x" * 71}), "Product bowl: seo_title"),
        (changed("products", 0, "variants", 0, barcode="2000000000016"), "Product bowl: barcode: The last digit"),
        (changed("products", 1, "variants", 0, barcode="2000000000015"), "Product mug: __all__: Constraint"),
        (
            changed("products", 0, "variants", 0, sale={"amount": 1, "currency": "EUR", "days": 0}),
            "a sale lasts 1 to 3660",
        ),
        (
            changed("products", 0, "variants", 0, sale={"amount": -1, "currency": "EUR", "days": 1}),
            "bowl: -€0.01 is no price",
        ),
        (changed("products", 0, "variants", 1, policy="never"), "Product bowl: ValueError"),
        (changed("products", 0, "variants", 1, policy="deny"), "Product bowl: Only a backorder"),
        (changed("products", 0, "variants", 1, available_on="soon"), "Product bowl: ValueError"),
        (
            changed("products", 0, "variants", 1, policy="preorder", available_on=None),
            "Product bowl: Say on which day",
        ),
        (changed("products", 0, "variants", 1, backorder_limit=10**9), "Product bowl: Use a number"),
        (
            changed("products", 0, "variants", 0, sale={"amount": 1, "currency": "USD", "days": 2}),
            "Product bowl: A sale in USD needs a price in USD.",
        ),
        (
            changed("products", 0, "variants", 0, price={"amount": -5, "currency": "EUR"}),
            "Product bowl: -€0.05 is no price",
        ),
        (changed("products", 0, "variants", 0, price={"amount": 10**30, "currency": "EUR"}), "00.00 is no price"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_entry(run, data, sentence):
    with pytest.raises(CommandError) as failure:
        run(data)
    assert sentence in str(failure.value)
    assert "\n" not in str(failure.value)
