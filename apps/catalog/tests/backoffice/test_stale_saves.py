"""Two editors of one thing in the admin: the second sees a warning, nothing is lost, nothing is written twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import (
    Attribute,
    Brand,
    Category,
    Collection,
    Price,
    Product,
    ProductImage,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.tests.backoffice.test_products_admin import errors, form_of, send, signed_in
from apps.catalog.tests.factories import make_film, make_product, picture
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

CHANGED = "Somebody changed this meanwhile"
# What staff edit, and a text of it that a form has.
EDITED = {
    Product: "title",
    Variant: "name",
    Category: "name",
    Brand: "name",
    Attribute: "label",
    ProductType: "name",
    Collection: "title",
}


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


@pytest.fixture
def shop() -> None:
    """One of each."""
    make_product("Mug", slug="mug", sku="MUG", brand="Alder", category="home")
    ensure_choices(ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE), ["Oak"])
    ProductType.objects.create(name="Mugs", slug="mugs")
    Collection.objects.create(title="Summer", slug="summer")


def page(row: models.Model) -> str:
    return f"/admin/products/{row._meta.model_name}/{row.pk}/change/"


def add_page(model: type[models.Model]) -> str:
    return f"/admin/products/{model._meta.model_name}/add/"


@pytest.mark.parametrize(("model", "field"), EDITED.items(), ids=lambda value: getattr(value, "__name__", value))
class TestTwoEditors:
    def test_the_second_editor_is_warned_and_keeps_their_input(self, staff, shop, model, field):
        row = model.objects.get()
        seen = form_of(staff, page(row))
        send(staff, page(row), seen | {field: "First"})
        response = staff.post(page(row), seen | {field: "Second"})
        assert response.status_code == 200
        assert CHANGED in str(response.context["errors"])
        assert response.context["adminform"].form[field].value() == "Second"
        row.refresh_from_db()
        assert getattr(row, field) == "First"

    def test_the_same_page_sent_twice_is_written_once(self, staff, shop, model, field):
        row = model.objects.get()
        data = form_of(staff, page(row)) | {field: "Once"}
        send(staff, page(row), data)
        before = list(model.objects.values())
        OutboxEvent.objects.all().delete()
        assert CHANGED in errors(staff, page(row), data)
        assert list(model.objects.values()) == before
        assert not OutboxEvent.objects.exists()

    def test_an_editor_who_reloads_the_page_can_save(self, staff, shop, model, field):
        row = model.objects.get()
        send(staff, page(row), form_of(staff, page(row)) | {field: "First"})
        send(staff, page(row), form_of(staff, page(row)) | {field: "Second"})
        row.refresh_from_db()
        assert getattr(row, field) == "Second"


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (Category, {"name": "Garden", "slug": "garden"}),
        (Brand, {"name": "Rowan", "slug": "rowan"}),
        (Attribute, {"label": "Height", "code": "height"}),
        (ProductType, {"name": "Lamps", "slug": "lamps"}),
        (Collection, {"title": "Autumn", "slug": "autumn"}),
        (Product, {"title": "Cup", "slug": "cup"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_creation_form_sent_twice_creates_one_row(staff, shop, model, data):
    before = model.objects.count()
    page_data = form_of(staff, add_page(model)) | data
    if model is Product:
        page_data["category"] = Category.objects.get().pk
    send(staff, add_page(model), page_data)
    assert "already" in errors(staff, add_page(model), page_data)
    assert model.objects.count() == before + 1


class TestParts:
    """The product's page and its variants' pages stand for one another."""

    def test_a_price_changed_on_the_variants_page_is_not_overwritten_on_the_products(self, staff, shop):
        product, variant = Product.objects.get(), Variant.objects.get()
        seen = form_of(staff, page(product))
        send(staff, page(variant), form_of(staff, page(variant)) | {"prices-0-amount": "20.00"})
        assert CHANGED in errors(staff, page(product), seen | {"variants-0-price": "10.00"})
        assert Price.objects.get().amount == 2000

    def test_a_sale_scheduled_meanwhile_is_not_lost(self, staff, shop):
        variant = Variant.objects.get()
        seen = form_of(staff, page(variant))
        sale = {
            "sale_prices-TOTAL_FORMS": 1,
            "sale_prices-0-currency": "EUR",
            "sale_prices-0-amount": "9.90",
            "sale_prices-0-starts_at_0": "2998-01-01",
            "sale_prices-0-starts_at_1": "00:00",
            "sale_prices-0-ends_at_0": "2998-02-01",
            "sale_prices-0-ends_at_1": "00:00",
        }
        send(staff, page(variant), seen | sale)
        assert CHANGED in errors(staff, page(variant), seen | {"name": "Blue"})
        assert SalePrice.objects.count() == 1

    def test_a_change_by_the_api_meanwhile_is_not_overwritten(self, staff, shop, as_staff):
        product = Product.objects.get()
        seen = form_of(staff, page(product))
        response = as_staff("catalog_staff").patch(
            "/v1/products/mug", json.dumps({"title": "Beaker"}), content_type="application/json", HTTP_IF_MATCH="*"
        )
        assert response.status_code == 200
        assert CHANGED in errors(staff, page(product), seen | {"title": "Cup"})

    def test_a_picture_sent_twice_is_added_once(self, staff, shop):
        product = Product.objects.get()
        data = form_of(staff, page(product)) | {"images-TOTAL_FORMS": 1, "images-0-position": 0}
        for _ in range(2):
            upload = SimpleUploadedFile("a.png", picture(400, 400), "image/png")
            staff.post(page(product), data | {"images-0-file": upload})
        assert ProductImage.objects.count() == 1


class TestFilmRule:
    """What the rule says stands beside the field."""

    def refused(self, staff: Client, address: str, data: dict[str, Any], prefix: str = "") -> dict[str, list[str]]:
        response = staff.post(address, data)
        assert response.status_code == 200, "the form was accepted"
        if not prefix:
            return response.context["adminform"].form.errors
        forms = [form for inline in response.context["inline_admin_formsets"] for form in inline.formset.forms]
        return next(form.errors for form in forms if form.prefix == prefix)

    def test_a_mug_for_rent_is_refused_on_the_products_page(self, staff, shop):
        product = Product.objects.get()
        data = form_of(staff, page(product)) | {"variants-0-offer": "rent", "variants-0-rental_hours": "48"}
        said = self.refused(staff, page(product), data, "variants-0")
        assert said["offer"] == ["This is for films; leave it out for goods."]
        assert Variant.objects.get().offer == ""

    def test_a_mug_for_rent_is_refused_on_the_variants_page(self, staff, shop):
        variant = Variant.objects.get()
        said = self.refused(staff, page(variant), form_of(staff, page(variant)) | {"offer": "buy"})
        assert said["offer"] == ["This is for films; leave it out for goods."]
        assert Variant.objects.get().offer == ""

    def test_a_new_mug_for_rent_is_refused(self, staff, shop):
        product = Product.objects.get()
        data = form_of(staff, page(product)) | {
            "variants-TOTAL_FORMS": 2,
            "variants-1-sku": "MUG-2",
            "variants-1-price": "5.00",
            "variants-1-weight_grams": 0,
            "variants-1-position": 1,
            "variants-1-options": "{}",
            "variants-1-offer": "rent",
            "variants-1-rental_hours": "48",
        }
        assert "offer" in self.refused(staff, page(product), data, "variants-1")
        assert Variant.objects.count() == 1

    def test_a_film_variant_keeps_its_offer_on_both_pages(self, staff):
        film = make_film()
        data = form_of(staff, page(film))
        assert "offer" in self.refused(staff, page(film), data | {"variants-0-offer": ""}, "variants-0")
        variant = Variant.objects.get(sku="METROPOLIS-BUY")
        assert "offer" in self.refused(staff, page(variant), form_of(staff, page(variant)) | {"offer": ""})
        assert Variant.objects.filter(offer="buy").count() == 1

    def test_a_film_draft_without_offers_is_not_published(self, staff):
        category = ensure_category("films")
        data = form_of(staff, add_page(Product)) | {
            "title": "Nosferatu",
            "slug": "nosferatu",
            "kind": "video",
            "status": "published",
            "title_slug": "nosferatu",
            "category": category.pk,
            "variants-TOTAL_FORMS": 1,
            "variants-0-sku": "NOS",
            "variants-0-price": "9.90",
            "variants-0-weight_grams": 0,
            "variants-0-position": 0,
            "variants-0-options": "{}",
        }
        assert "offer" in self.refused(staff, add_page(Product), data, "variants-0")
        assert not Product.objects.exists()

    def test_goods_do_not_become_a_film_under_their_variants(self, staff, shop):
        product = Product.objects.get()
        said = self.refused(staff, page(product), form_of(staff, page(product)) | {"kind": "video"})
        assert said["kind"] == ["It stays goods while there are variants."]

    def test_a_film_without_a_title_is_saved_as_a_draft(self, staff):
        film = make_film()
        said = send(staff, page(film), form_of(staff, page(film)) | {"title_slug": ""})
        film.refresh_from_db()
        assert "Saved as a draft" in said
        assert (film.status, film.title_slug) == ("draft", "")
