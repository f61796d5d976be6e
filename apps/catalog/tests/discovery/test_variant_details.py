"""Variants on the page of their product: options in words, their own image, the lowest price before a sale."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.catalog.discovery import offered_prices
from apps.catalog.discovery.models import OfferedPrice
from apps.catalog.products import rendering
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.models import Attribute, AttributeChoice, Product, ProductImage, Variant
from apps.catalog.products.pricing import Sale, set_prices, set_sales
from apps.catalog.products.publication import record_change
from apps.catalog.products.services.images import add_image
from apps.catalog.tests.factories import add_variant, image_file, make_product, sku_of
from apps.common.money import Money
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)


def variants(client, product: Product, *, lang: str = "en") -> list[dict]:
    address = f"/v1/products/{product.slug}"
    body = client.get(address, {"lang": lang}).json()
    assert_matches_contract("catalog", "GET", address, response_json=body)
    return body["variants"]


class TestOptions:
    def test_option_has_the_labels_of_its_attribute_in_the_language(self, api_client):
        colour = ensure_attribute("colour", label="Colour", kind=Attribute.Kind.CHOICE)
        ensure_choices(colour, ["Red"])
        Attribute.objects.update(translations={"de": {"label": "Farbe"}})
        AttributeChoice.objects.update(translations={"de": {"label": "Rot"}})
        mug = make_product("Mug", variant={"options": {"Colour": "Red"}})
        [variant] = variants(api_client, mug, lang="de")
        assert variant["options"] == [{"name": "Colour", "label": "Farbe", "value": "Red", "value_label": "Rot"}]

    def test_option_that_names_the_variant_is_translated_with_it(self, api_client):
        names = {"name": "Clay", "translations": {"de": {"name": "Ton"}}}
        mug = make_product("Mug", variant={"options": {"glaze": "Clay", "size": "L"}, **names})
        [variant] = variants(api_client, mug, lang="de")
        assert variant["options"] == [
            {"name": "size", "label": "Size", "value": "L", "value_label": "L"},
            {"name": "glaze", "label": "Glaze", "value": "Clay", "value_label": "Ton"},
        ]

    def test_variant_without_options_has_none(self, api_client):
        [variant] = variants(api_client, make_product("Mug"))
        assert variant["options"] == []


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


def add_rendered_image(product: Product, **colour: object) -> ProductImage:
    image, _ = add_image(product.slug, image_file(**colour), filename="mug.png", alt="A mug")
    rendering.render_image(image.pk)
    return image


class TestImages:
    def test_variant_shows_the_image_that_staff_assign(self, api_client, as_staff, mug):
        image = add_rendered_image(mug)
        assert variants(api_client, mug)[0]["image"] is None
        staff = as_staff("catalog_staff")
        address = f"/v1/products/{mug.slug}/variants/{sku_of(mug)}"
        version = staff.get(f"/v1/staff/products/{mug.slug}")["ETag"]
        response = staff.patch(address, {"image": str(image.pk)}, headers={"If-Match": version})
        assert response.status_code == 200, response.content
        assert response.json()["variants"][0]["image"] == str(image.pk)
        assert variants(api_client, mug)[0]["image"]["alt"] == "A mug"

    def test_image_of_another_product_is_refused(self, as_staff, mug):
        image = add_rendered_image(make_product("Cup"))
        staff = as_staff("catalog_staff")
        response = staff.patch(
            f"/v1/products/{mug.slug}/variants/{sku_of(mug)}", {"image": str(image.pk)}, headers={"If-Match": "*"}
        )
        assert (response.status_code, list(response.json()["errors"])) == (400, ["image"])

    def test_image_of_another_product_is_refused_by_the_database(self, mug):
        image = add_rendered_image(make_product("Cup"))
        with pytest.raises(IntegrityError, match="variant_image_of_its_product"):
            Variant.objects.filter(product=mug).update(image=image)

    def test_deleted_image_leaves_the_variant(self, mug):
        image = add_rendered_image(mug)
        Variant.objects.filter(product=mug).update(image=image)
        image.delete()
        assert Variant.objects.get(product=mug).image is None


def change_price(product: Product, amount: int) -> None:
    with transaction.atomic():
        set_prices(product, {sku_of(product): Money(amount, "EUR")})
        record_change(product, previous_status=product.status)


def put_on_sale(product: Product, amount: int, *, starts_at: datetime | None = None) -> None:
    now = timezone.now()
    with transaction.atomic():
        sale = Sale(Money(amount, "EUR"), starts_at or now, now + timedelta(days=9))
        set_sales(product.variants.get(sku=sku_of(product)), [sale])
        record_change(product, previous_status=product.status)


def let_days_pass(days: int) -> None:
    for price in OfferedPrice.objects.all():
        OfferedPrice.objects.filter(pk=price.pk).update(since=price.since - timedelta(days=days))


def lowest(client, product: Product) -> int | None:
    found = variants(client, product)[0]["lowest_price_30_days"]
    return found and found["amount"]


class TestLowestPrice:
    def test_price_without_a_sale_has_no_lowest_price(self, api_client, mug):
        change_price(mug, 900)
        assert lowest(api_client, mug) is None

    def test_lowest_price_is_that_of_the_30_days_before_the_sale(self, api_client, mug):
        for amount in (500, 900, 1900):
            change_price(mug, amount)
            let_days_pass(20)
        # 500 held until 40 days ago, 900 until 20 days ago.
        put_on_sale(mug, 1500)
        assert lowest(api_client, mug) == 900

    def test_price_that_held_when_the_30_days_began_counts(self, api_client, mug):
        change_price(mug, 800)
        let_days_pass(100)
        change_price(mug, 1900)
        put_on_sale(mug, 1500)
        assert lowest(api_client, mug) == 800

    def test_earlier_sale_counts_as_a_price(self, api_client, mug):
        put_on_sale(mug, 700)
        put_on_sale(mug, 1000)
        assert lowest(api_client, mug) == 700

    def test_sale_that_is_entered_as_older_than_it_is_changes_nothing(self, api_client, mug):
        put_on_sale(mug, 1000, starts_at=timezone.now() - timedelta(days=400))
        assert lowest(api_client, mug) == 1490

    def test_product_that_was_never_offered_at_another_price_has_none(self, api_client):
        draft = make_product("Mug", status=Product.Status.DRAFT)
        put_on_sale(draft, 1000)
        change_price(draft, 1800)
        with transaction.atomic():
            Product.objects.filter(pk=draft.pk).update(status=Product.Status.PUBLISHED)
            draft.refresh_from_db()
            record_change(draft, previous_status=Product.Status.DRAFT)
        assert variants(api_client, draft)[0]["price"]["amount"] == 1000
        assert lowest(api_client, draft) is None

    def test_unchanged_price_is_recorded_once(self, mug):
        add_variant(mug, sku="OTHER", price=2000, position=1)
        change_price(mug, 1490)
        assert OfferedPrice.objects.count() == 2

    def test_old_prices_are_forgotten_and_the_present_one_is_kept(self, mug):
        change_price(mug, 1000)
        change_price(mug, 1100)
        let_days_pass(offered_prices.KEPT_DAYS + 1)
        assert offered_prices.forget_old_prices() == 2
        assert OfferedPrice.objects.get().amount == 1100
