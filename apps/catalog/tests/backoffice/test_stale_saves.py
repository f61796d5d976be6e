"""Two editors of one thing in the admin: the second sees a warning, nothing is lost, nothing is written twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from apps.catalog.backoffice.admin import reviews
from apps.catalog.backoffice.admin.service_forms import ServiceAdmin
from apps.catalog.inventory.models import StockItem, Warehouse
from apps.catalog.inventory.services import add_warehouse
from apps.catalog.pages.models import Page
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
    ProductRelation,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.products.services import products
from apps.catalog.reviews.models import Review
from apps.catalog.tests.backoffice.test_products_admin import errors, form_of, send, signed_in, signed_in_to_look
from apps.catalog.tests.factories import image_file, make_film, make_product
from apps.catalog.tests.reviews.helpers import review_of
from apps.common.outbox.models import OutboxEvent
from apps.common.problems import ValidationProblem

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
    Page.objects.create(title="Imprint", slug="imprint")


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


class TestPagesWithoutFingerprint:
    """A page without the fingerprint of its row is treated as stale."""

    @pytest.mark.parametrize(("model", "field"), EDITED.items(), ids=lambda value: getattr(value, "__name__", value))
    @pytest.mark.parametrize("seen", [None, "", "0", "²", "9" * 5000], ids=["none", "empty", "zero", "square", "long"])
    def test_save_is_refused(self, staff, shop, model, field, seen):
        row = model.objects.get()
        data = form_of(staff, page(row)) | {field: "Mine"}
        data = {name: value for name, value in data.items() if name != "seen"} | (
            {} if seen is None else {"seen": seen}
        )
        assert CHANGED in errors(staff, page(row), data)
        row.refresh_from_db()
        assert getattr(row, field) != "Mine"

    def test_every_page_that_is_written_by_a_service_carries_a_fingerprint(self, staff, shop):
        models = [model for model, options in site._registry.items() if isinstance(options, ServiceAdmin)]
        assert {Product, Warehouse, StockItem} <= set(models)
        for model in models:
            address = reverse(
                f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[model.objects.all()[0].pk]
            )
            assert form_of(staff, address)["seen"], model


@pytest.mark.parametrize("model", [Category, Brand, Attribute, ProductType, Collection, Product, Warehouse])
class TestDeletions:
    """A confirmed deletion is of the row that the confirmation page has shown."""

    @pytest.fixture
    def row(self, staff, model) -> models.Model:
        """One that may be deleted."""
        match model:
            case _ if model is Category:
                return ensure_category("home/attic")
            case _ if model is Attribute:
                return ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER)
            case _ if model is Product:
                return Product.objects.create(title="Cup", slug="cup", category=ensure_category("home"))
            case _ if model is Warehouse:
                add_warehouse(code="main", name="Main", priority=0)
                return add_warehouse(code="far", name="Far", priority=9)
        return model.objects.create(slug="one", **{"title" if model is Collection else "name": "One"})

    def address(self, row: models.Model) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_delete", args=[row.pk])

    def confirm(self, client: Client, row: models.Model, seen: str) -> str:
        response = client.post(self.address(row), {"post": "yes", "seen": seen}, follow=True)
        return " ".join(map(str, response.context["messages"]))

    def test_row_is_deleted_after_confirmation(self, staff, model, row):
        shown = staff.get(self.address(row))
        assert f'name="seen" value="{shown.context["seen"]}"' in shown.content.decode()
        assert "was deleted" in self.confirm(staff, row, shown.context["seen"])
        assert not model.objects.filter(pk=row.pk).exists()

    def test_row_that_was_changed_after_the_page_was_shown_is_kept(self, staff, model, row):
        seen = staff.get(self.address(row)).context["seen"]
        name = {Collection: "title", Product: "title", Attribute: "label"}.get(model, "name")
        send(staff, self.address(row).replace("/delete/", "/change/"), self.changed(staff, row, name))
        assert "Nothing was deleted" in self.confirm(staff, row, seen)
        assert getattr(model.objects.get(pk=row.pk), name) == "Theirs"

    def test_confirmation_without_a_fingerprint_deletes_nothing(self, staff, model, row):
        assert "Nothing was deleted" in self.confirm(staff, row, "")
        assert model.objects.filter(pk=row.pk).exists()

    def changed(self, client: Client, row: models.Model, name: str) -> dict[str, Any]:
        return form_of(client, self.address(row).replace("/delete/", "/change/")) | {name: "Theirs"}


class TestReviewDecisions:
    def test_review_that_its_author_changes_during_the_decision_is_not_approved(self, staff, monkeypatch):
        review = review_of(make_product("Mug"), status="pending", body="Lovely")
        address = f"/admin/reviews/review/{review.pk}/change/"
        data = form_of(staff, address) | {"reviews_review_approve_one": "1"}

        def edit_and_name_moderator(request: HttpRequest) -> str:
            """The last step before the decision, after the form was checked."""
            Review.objects.update(body="Buy watches")
            return "eve@example.com"

        monkeypatch.setattr(reviews, "staff_email", edit_and_name_moderator)
        said = send(staff, address, data)
        assert "Read it again, then decide" in said
        assert "approved" not in said
        assert Review.objects.get().status == "pending"


def sent_by(client: Client, address: str) -> dict[str, Any]:
    """The fields that the page has inputs for: of rows that may not be changed the hidden ones alone."""
    text = client.get(address).content.decode()
    return {name: value for name, value in form_of(client, address).items() if f'name="{name}"' in text}


class TestInlinesOutOfSight:
    """Staff may be allowed to change a page and not the parts on it."""

    @pytest.mark.parametrize(
        ("model", "field"), [(Attribute, "label"), (ProductType, "name"), (Collection, "title"), (Variant, "name")]
    )
    def test_page_without_its_inlines_can_be_saved(self, staff, shop, model, field):
        row = model.objects.get()
        name = model._meta.model_name
        client = signed_in_to_look(codename__in=[f"view_{name}", f"change_{name}"])
        assert form_of(client, page(row))[field] != "Mine"
        send(client, page(row), form_of(client, page(row)) | {field: "Mine"})
        row.refresh_from_db()
        assert getattr(row, field) == "Mine"

    def test_price_is_added_by_somebody_who_may_not_change_the_others(self, shop):
        variant = Variant.objects.get()
        before = Price.objects.get().amount
        allowed = ["view_variant", "change_variant", "view_price", "add_price"]
        client = signed_in_to_look(codename__in=allowed)
        data = sent_by(client, page(variant))
        new = {"prices-TOTAL_FORMS": 2, "prices-1-currency": "JPY", "prices-1-amount": "2400"}
        send(client, page(variant), data | new)
        assert dict(Price.objects.values_list("currency", "amount")) == {"EUR": before, "JPY": 2400}

    @pytest.mark.parametrize(
        ("model", "part", "prefix"),
        [
            (Variant, "price", "prices"),
            (ProductType, "producttypeattribute", "type_attributes"),
            (Collection, "collectionitem", "items"),
        ],
    )
    def test_request_that_leaves_rows_out_deletes_none_that_its_sender_may_only_view(
        self, staff, shop, model, part, prefix
    ):
        ProductType.objects.get().type_attributes.create(attribute=Attribute.objects.get())
        Collection.objects.get().items.create(product=Product.objects.get())
        row, name = model.objects.get(), model._meta.model_name
        client = signed_in_to_look(codename__in=[f"view_{name}", f"change_{name}", f"view_{part}", f"add_{part}"])
        rows = getattr(row, prefix)
        before = list(rows.values())
        data = {key: value for key, value in sent_by(client, page(row)).items() if not key.startswith(f"{prefix}-0")}
        crafted = data | {f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-TOTAL_FORMS": 0}
        assert "Nothing was saved" in errors(client, page(row), crafted)
        assert before
        assert list(rows.values()) == before

    def test_sale_is_added_by_somebody_who_may_not_change_the_others(self, shop):
        variant = Variant.objects.get()
        first = datetime(2998, 1, 1, tzinfo=UTC)
        SalePrice.objects.create(
            variant=variant, currency="EUR", amount=990, starts_at=first, ends_at=first + timedelta(days=9)
        )
        client = signed_in_to_look(codename__in=["view_variant", "change_variant", "view_saleprice", "add_saleprice"])
        data = sent_by(client, page(variant))
        sale = {"currency": "EUR", "amount": "9.00", "starts_at_0": "2999-01-01", "ends_at_0": "2999-02-01"}
        sale |= {"starts_at_1": "00:00", "ends_at_1": "00:00"}
        new = {"sale_prices-TOTAL_FORMS": 2} | {f"sale_prices-1-{name}": value for name, value in sale.items()}
        send(client, page(variant), data | new)
        assert list(SalePrice.objects.order_by("starts_at").values_list("amount", flat=True)) == [990, 900]

    def test_choice_is_added_by_somebody_who_may_not_change_the_others(self, shop):
        attribute = Attribute.objects.get()
        attribute.choices.update(translations={})
        allowed = ["view_attribute", "change_attribute", "view_attributechoice", "add_attributechoice"]
        client = signed_in_to_look(codename__in=allowed)
        data = sent_by(client, page(attribute))
        new = {"choices-TOTAL_FORMS": 2, "choices-1-label": "Ash", "choices-1-position": ""}
        send(client, page(attribute), data | {"choices-0-label": "Stolen"} | new)
        assert list(attribute.choices.order_by("position").values_list("label", flat=True)) == ["Oak", "Ash"]

    def test_relation_is_added_by_somebody_who_may_not_change_the_others(self, shop):
        product, first, second = Product.objects.get(), make_product("First"), make_product("Second")
        ProductRelation.objects.create(product=product, related=first, kind="accessory")
        allowed = ["view_product", "change_product", "view_productrelation", "add_productrelation"]
        client = signed_in_to_look(codename__in=allowed)
        data = sent_by(client, page(product))
        new = {"related": second.pk, "kind": "similar", "position": 1}
        rows = {"relations-TOTAL_FORMS": 2} | {f"relations-1-{name}": value for name, value in new.items()}
        send(client, page(product), data | rows)
        related = product.relations.order_by("position").values_list("related__title", "kind")
        assert list(related) == [("First", "accessory"), ("Second", "similar")]

    def test_error_in_a_part_out_of_sight_is_shown_on_the_page(self, shop, monkeypatch):
        def refuse(*args: Any, **kwargs: Any) -> Product:
            raise ValidationProblem("See errors.", errors={"variants.0.offer": ["This is for films."]})

        monkeypatch.setattr(products, "change_product", refuse)
        product = Product.objects.get()
        client = signed_in_to_look(codename__in=["view_product", "change_product"])
        assert "This is for films." in errors(client, page(product), form_of(client, page(product)))


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

    def test_an_image_sent_twice_is_added_once(self, staff, shop):
        product = Product.objects.get()
        data = form_of(staff, page(product)) | {"images-TOTAL_FORMS": 1, "images-0-position": 0}
        for _ in range(2):
            upload = SimpleUploadedFile("a.png", image_file(400, 400), "image/png")
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
            "variants-1-options": "",
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
            "variants-0-options": "",
        }
        assert "offer" in self.refused(staff, add_page(Product), data, "variants-0")
        assert not Product.objects.exists()

    def test_goods_do_not_become_a_film_under_their_variants(self, staff, shop):
        product = Product.objects.get()
        said = self.refused(staff, page(product), form_of(staff, page(product)) | {"kind": "video"})
        assert said["kind"] == ["It stays goods while there are variants."]

    def test_published_film_keeps_its_title(self, staff):
        film = make_film()
        said = self.refused(staff, page(film), form_of(staff, page(film)) | {"title_slug": ""})
        assert "lets people watch" in str(said["title_slug"])
        film.refresh_from_db()
        assert film.status == "published"
        assert film.title_slug
