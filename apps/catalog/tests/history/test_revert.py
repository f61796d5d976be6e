"""Taking changes back: what comes back, what is refused, and that nobody is surprised."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from apps.catalog.history.restoring import can_revert
from apps.catalog.history.rows import CannotRevert
from apps.catalog.history.selectors import page_of_history
from apps.catalog.history.services import Plan, PlanChanged, Scope, plan_revert, revert
from apps.catalog.products.attribute_values import set_attribute_values
from apps.catalog.products.category_tree import ensure_category, save_category
from apps.catalog.products.models import (
    AttributeValue,
    Brand,
    Category,
    Collection,
    CollectionItem,
    Price,
    Product,
    ProductImage,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.products.pricing import Sale, set_prices, set_sales
from apps.catalog.products.publication import NotSellable, record_change
from apps.catalog.tests.factories import add_variant, make_product, picture, sku_of
from apps.catalog.tests.shop import titles
from apps.common.money import Money
from apps.common.outbox.models import OutboxEvent
from apps.common.problems import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


def change(product: Product, **fields: Any) -> datetime:
    """Change a product as services do; the moment of it."""
    with transaction.atomic():
        previous = Product.objects.values_list("status", flat=True).get(pk=product.pk)
        Product.objects.filter(pk=product.pk).update(**fields)
        product.refresh_from_db()
        record_change(product, previous_status=previous)
    product.refresh_from_db()
    return last_moment(product)


def last_moment(thing: models.Model) -> datetime:
    return page_of_history(thing).moments[0].at


def take_back(thing: models.Model, at: datetime, scope: Scope = Scope.ALONE) -> Plan:
    plan = plan_revert(thing, at=at, scope=scope)
    revert(thing, at=at, scope=scope, fingerprint=plan.fingerprint)
    thing.refresh_from_db()
    return plan


def test_a_reverted_change_shows_at_once_and_is_announced_like_any_change() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    version, published = product.version, OutboxEvent.objects.filter(type__contains="product.changed").count()
    take_back(product, at)
    assert (product.title, product.version) == ("Mug", version + 1)
    assert titles() == ["Mug"]
    assert OutboxEvent.objects.filter(type__contains="product.changed").count() == published + 1


def test_later_changes_of_other_fields_stay() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    change(product, summary="New words")
    take_back(product, at)
    assert (product.title, product.summary) == ("Mug", "New words")


def test_later_changes_are_reverted_too_with_scope_since() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    change(product, title="Beaker", summary="New words")
    take_back(product, at, Scope.SINCE)
    assert (product.title, product.summary) == ("Mug", "")


def test_a_field_that_changed_again_is_not_reverted_alone() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    change(product, title="Beaker")
    with pytest.raises(CannotRevert, match="Product: title was changed again since"):
        take_back(product, at)
    product.refresh_from_db()
    assert product.title == "Beaker"


def test_a_revert_can_be_reverted() -> None:
    product = make_product("Mug")
    take_back(product, change(product, title="Cup"))
    take_back(product, last_moment(product))
    assert product.title == "Cup"


def test_a_revert_is_part_of_the_history() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    take_back(product, at)
    assert page_of_history(product).moments[0].changes[0].columns == ["title"]


def test_a_variant_comes_back_with_its_prices_and_the_same_id() -> None:
    product = make_product(price=1490, stock=None)
    gone = add_variant(product, sku="BLUE", price=1990, stock=None)
    gone.stock.delete()
    with transaction.atomic():
        Variant.objects.filter(pk=gone.pk).delete()
        record_change(product, previous_status=product.status)
    take_back(product, last_moment(product))
    assert Variant.objects.get(sku="BLUE").pk == gone.pk
    assert Price.objects.get(variant=gone).amount == 1990


@pytest.mark.parametrize("spelling", ["BLUE", "blue"])
def test_a_sku_that_another_product_took_is_named(spelling) -> None:
    product, other = make_product(stock=None), make_product(stock=None)
    gone = add_variant(product, sku="BLUE", price=1990, stock=None)
    Variant.objects.filter(pk=gone.pk).delete()
    at = last_moment(product)
    add_variant(other, sku=spelling, price=990)
    with pytest.raises(CannotRevert, match="The SKU BLUE is taken by another variant"):
        take_back(product, at)


def test_a_variant_that_was_sold_since_is_not_removed() -> None:
    product = make_product()
    add_variant(product, sku="BLUE", price=1990, stock=5)
    at = next(m.at for m in page_of_history(product).moments if any(c.part.name == "Variant" for c in m.changes))
    with pytest.raises(CannotRevert, match="stands in stock movements"):
        take_back(product, at)
    assert Variant.objects.filter(sku="BLUE").exists()


def test_prices_and_sales_come_back() -> None:
    product = make_product(price=1490)
    variant = product.variants.get()
    starts = timezone.now() + timedelta(days=1)
    first = Sale(Money(990, "EUR"), starts, starts + timedelta(days=7))
    set_sales(variant, [first])
    with transaction.atomic():
        set_prices(product, {variant.sku: Money(1690, "EUR")})
        set_sales(variant, [Sale(Money(890, "EUR"), starts, starts + timedelta(days=7))])
        record_change(product, previous_status=product.status)
    take_back(product, last_moment(product))
    assert variant.prices.get().amount == 1490
    assert (SalePrice.objects.get().amount, SalePrice.objects.get().starts_at) == (990, starts)


def test_attribute_values_come_back() -> None:
    product = make_product(attributes={"Material": "Oak"})
    with transaction.atomic():
        set_attribute_values(product, {"material": None})
        record_change(product, previous_status=product.status)
    take_back(product, last_moment(product))
    assert AttributeValue.objects.get(product=product).key == "oak"


def test_a_picture_comes_back_and_is_rendered_again() -> None:
    product = make_product()
    file = ContentFile(picture(400, 300), name="mug.png")
    image = ProductImage.objects.create(product=product, alt="A mug", file=file)
    image.delete()
    take_back(product, last_moment(product))
    image = ProductImage.objects.get(product=product)
    assert (image.alt, image.width, image.height) == ("A mug", 400, 300)
    assert image.renditions


def test_a_picture_whose_file_is_gone_is_named() -> None:
    product = make_product()
    file = ContentFile(picture(400, 300), name="mug.png")
    image = ProductImage.objects.create(product=product, alt="A mug", file=file)
    image.delete()
    image.file.storage.delete(image.file.name)
    with pytest.raises(CannotRevert, match="file of a picture is no longer kept"):
        take_back(product, last_moment(product))


def test_a_category_that_is_gone_is_named() -> None:
    product = make_product(category="home/kitchen")
    at = change(product, category=ensure_category("garden"))
    Category.objects.get(full_path="home/kitchen").delete()
    with pytest.raises(CannotRevert, match="The category that it belonged to is no longer there"):
        take_back(product, at)


def test_a_published_product_is_not_left_without_a_price() -> None:
    product = make_product(status="draft")
    Price.objects.filter(variant__product=product).delete()
    with transaction.atomic():
        set_prices(product, {sku_of(product): Money(1490, "EUR")})
        record_change(product, previous_status=product.status)
    at = last_moment(product)
    change(product, status="published", published_at=timezone.now())
    with pytest.raises(NotSellable):
        take_back(product, at)
    assert Price.objects.filter(variant__product=product).exists()


def test_reverting_the_publication_withdraws_the_product() -> None:
    product = make_product(status="draft")
    at = change(product, status="published")
    take_back(product, at)
    assert product.status == "draft"
    assert titles() == []
    assert OutboxEvent.objects.filter(type__contains="product.withdrawn").count() == 1


def test_a_plan_that_changed_since_it_was_shown_is_not_carried_out() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    seen = plan_revert(product, at=at, scope=Scope.SINCE).fingerprint
    change(product, summary="New words")
    with pytest.raises(PlanChanged):
        revert(product, at=at, scope=Scope.SINCE, fingerprint=seen)
    product.refresh_from_db()
    assert (product.title, product.summary) == ("Cup", "New words")


def test_a_double_click_reverts_once() -> None:
    product = make_product("Mug")
    at = change(product, title="Cup")
    plan = take_back(product, at)
    version = product.version
    with pytest.raises((PlanChanged, CannotRevert)):
        revert(product, at=at, scope=Scope.ALONE, fingerprint=plan.fingerprint)
    product.refresh_from_db()
    assert product.version == version


def test_the_first_change_cannot_be_reverted() -> None:
    product = make_product("Mug")
    first = page_of_history(product).moments[-1].at
    with pytest.raises(CannotRevert, match="nothing before it"):
        take_back(product, first)
    with pytest.raises(NotFound):
        take_back(product, timezone.now())


def test_a_renamed_and_moved_category_goes_back_with_its_subcategories() -> None:
    product = make_product(category="home/kitchen/cups")
    kitchen = Category.objects.get(full_path="home/kitchen")
    ensure_category("garden")
    kitchen.name, kitchen.slug = "Cooking", "cooking"
    save_category(kitchen, parent=Category.objects.get(full_path="garden"))
    take_back(kitchen, last_moment(kitchen))
    product.category.refresh_from_db()
    assert (kitchen.name, kitchen.full_path) == ("Kitchen", "home/kitchen")
    assert product.category.full_path == "home/kitchen/cups"
    assert titles(category="home/kitchen") == [product.title]


def test_a_category_does_not_go_back_below_a_deleted_parent() -> None:
    ensure_category("home/kitchen")
    kitchen = Category.objects.get(full_path="home/kitchen")
    save_category(kitchen, parent=None)
    Category.objects.get(full_path="home").delete()
    with pytest.raises(CannotRevert, match="The category home that it belonged to"):
        take_back(kitchen, last_moment(kitchen))


def test_a_reverted_brand_shows_on_its_products() -> None:
    product = make_product(brand="Norrund")
    brand = Brand.objects.get()
    Brand.objects.update(name="Nordrund")
    version = product.version
    take_back(brand, last_moment(brand))
    product.refresh_from_db()
    assert (brand.name, product.version) == ("Norrund", version + 1)


def test_a_collection_goes_back_with_its_items() -> None:
    product = make_product()
    collection = Collection.objects.create(slug="summer", title="Summer", is_published=True)
    CollectionItem.objects.create(collection=collection, product=product, position=3)
    with transaction.atomic():
        Collection.objects.update(title="Winter")
        collection.items.all().delete()
    take_back(collection, last_moment(collection))
    assert (collection.title, collection.items.get().position) == ("Summer", 3)


def test_other_models_have_a_history_but_cannot_be_reverted() -> None:
    kind = ProductType.objects.create(name="Mugs", slug="mugs")
    ProductType.objects.update(name="Cups")
    assert not can_revert(ProductType)
    with pytest.raises(CannotRevert, match="by hand"):
        take_back(kind, last_moment(kind))
