"""The admin as catalogue staff use it: by its forms."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.catalog.backoffice.apps import grant_staff_permissions
from apps.catalog.inventory.models import StockItem, StockMovement
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Brand, Category, Product, ProductImage, Variant
from apps.catalog.products.services.images import add_image
from apps.catalog.tests.factories import add_variant, image_file, make_film, make_product, make_reservation, sku_of
from apps.common.outbox.models import OutboxEvent
from apps.common.staff.models import StaffUser

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(role: str) -> Client:
    grant_staff_permissions()
    user = StaffUser.objects.create(id=uuid.uuid4(), email=f"{role}@example.com", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


def signed_in_to_look(**permissions: str) -> Client:
    """Somebody without a role who has the permissions of this lookup alone."""
    user = StaffUser.objects.create(id=uuid.uuid4(), email="looker@example.com", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(**permissions))
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


def form_of(client: Client, address: str) -> dict[str, Any]:
    """The fields of an admin page as a browser would send them back."""
    response = client.get(address)
    assert response.status_code == 200, response.content[:2000]
    context = response.context
    forms = [context["adminform"].form]
    data: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False and not hasattr(value, "url"):
                data[field.html_name] = value if value is not True else "on"
    return data


def send(client: Client, address: str, data: dict[str, Any]) -> str:
    """Save; returns the messages. Fails with the errors of the form."""
    response = client.post(address, data, follow=True)
    if response.context.get("errors"):
        pytest.fail(str(response.context["errors"]))
    return " ".join(str(message) for message in response.context["messages"])


def errors(client: Client, address: str, data: dict[str, Any]) -> str:
    response = client.post(address, data)
    assert response.status_code == 200, "the form was accepted"
    return str(response.context["errors"])


def delete(client: Client, address: str) -> str:
    """Delete on the confirmation page; returns the messages."""
    shown = client.get(address)
    assert shown.status_code == 200
    response = client.post(address, {"post": "yes", "seen": shown.context["seen"]}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def page(product: Product) -> str:
    return f"/admin/products/product/{product.pk}/change/"


def displayed() -> list[str]:
    return [event.type.split(".")[2] for event in OutboxEvent.objects.order_by("sequence")]


class TestProducts:
    def test_a_changed_price_shows_in_the_shop_at_once(self, staff, api_client):
        product = make_product("Mug", price=1490)
        etag = api_client.get(f"/v1/products/{product.slug}")["ETag"]
        OutboxEvent.objects.all().delete()
        data = form_of(staff, page(product))
        assert str(data["variants-0-price"]) == "14.90"
        send(staff, page(product), data | {"variants-0-price": "12.50"})
        shown = api_client.get(f"/v1/products/{product.slug}", HTTP_IF_NONE_MATCH=etag).json()
        assert shown["price"] == {"amount": 1250, "currency": "EUR"}
        assert displayed() == ["changed"]

    def test_a_new_product_is_made_with_its_parts_and_found(self, staff, api_client):
        category = ensure_category("home")
        address = "/admin/products/product/add/"
        data = form_of(staff, address) | {
            "title": "Teapot",
            "slug": "teapot",
            "kind": "goods",
            "status": "published",
            "category": category.pk,
            "variants-TOTAL_FORMS": 1,
            "variants-0-sku": "POT-1",
            "variants-0-price": "39.90",
            "variants-0-weight_grams": 900,
            "variants-0-position": 0,
            "variants-0-options": "Colour: Blue",
            "summary": "Made of stoneware.",
            "images-TOTAL_FORMS": 1,
            "images-0-file": SimpleUploadedFile("pot.png", image_file(700, 700), "image/png"),
            "images-0-alt": "A blue teapot",
            "images-0-position": 0,
        }
        send(staff, address, data)
        [item] = api_client.get("/v1/products?q=stoneware").json()["results"]
        assert (item["title"], item["price"]["amount"], item["availability"]) == ("Teapot", 3990, "out_of_stock")
        assert [source["width"] for source in item["image"]["srcset"]] == [320, 640, 700]
        assert StockItem.objects.get(variant__sku="POT-1").on_hand == 0, "staff find a row to fill"

    def test_saving_does_not_undo_sales_counted_meanwhile(self, staff):
        product = make_product("Mug")
        data = form_of(staff, page(product))
        Product.objects.update(sales_count=7, rating_count=2)
        send(staff, page(product), data | {"title": "Beaker"})
        product.refresh_from_db()
        assert (product.title, product.sales_count, product.rating_count) == ("Beaker", 7, 2)

    def test_publishing_without_a_variant_saves_a_draft_and_says_so(self, staff):
        product = Product.objects.create(title="Mug", slug="mug", category=ensure_category("home"))
        message = send(staff, page(product), form_of(staff, page(product)) | {"status": "published"})
        product.refresh_from_db()
        assert product.status == "draft"
        assert "needs a variant with a price in EUR" in message

    def test_a_variant_with_history_cannot_go(self, staff):
        product = make_product("Mug")
        assert "protected" in errors(staff, page(product), form_of(staff, page(product)) | {"variants-0-DELETE": "on"})

    def test_a_replaced_image_is_rendered_again(self, staff, api_client):
        product = make_product("Mug")
        data = form_of(staff, page(product)) | {
            "images-TOTAL_FORMS": 1,
            "images-0-file": SimpleUploadedFile("a.png", image_file(400, 400), "image/png"),
            "images-0-position": 0,
        }
        send(staff, page(product), data)
        first = ProductImage.objects.get()
        data = form_of(staff, page(product)) | {
            "images-0-file": SimpleUploadedFile("b.png", image_file(500, 400, colour=(1, 1, 1)), "image/png")
        }
        send(staff, page(product), data)
        second = ProductImage.objects.get()
        assert (second.pk, second.width) == (first.pk, 500)
        assert second.renditions != first.renditions

    def test_file_that_is_no_image_is_refused_with_a_message(self, staff):
        product = make_product("Mug")
        data = form_of(staff, page(product)) | {
            "images-TOTAL_FORMS": 1,
            "images-0-file": SimpleUploadedFile("a.png", b"<svg/>", "image/png"),
            "images-0-position": 0,
        }
        assert "image" in errors(staff, page(product), data)

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("variants-0-price", "12.505", "decimal places"),
            ("variants-0-price", "-1", "greater than or equal"),
            ("variants-0-price", "", "required"),
            ("variants-0-price", "1e30", "less than or equal"),
            ("variants-0-price", "NaN", "number"),
            ("variants-0-options", "Blue", "a name, a colon and a value"),
            ("variants-0-options", "Colour: Blue\nColour: Red", "listed twice"),
            ("variants-0-options", f"Colour: {'x' * 121}", "at most 60 characters"),
            ("variants-0-offer", "rent", "for films"),
            ("slug", "not a slug", "slug"),
        ],
    )
    def test_a_bad_value_is_refused_with_a_sentence(self, staff, field, value, sentence):
        product = make_product("Mug")
        assert sentence in errors(staff, page(product), form_of(staff, page(product)) | {field: value})

    def test_actions_publish_and_archive(self, staff, api_client):
        products = [make_product("One"), make_product("Two")]
        data = {"action": "archive", "_selected_action": [str(product.pk) for product in products]}
        staff.post("/admin/products/product/", data)
        assert api_client.get("/v1/products").json()["results"] == []
        staff.post("/admin/products/product/", data | {"action": "publish"})
        assert len(api_client.get("/v1/products").json()["results"]) == 2

    def test_product_that_was_on_sale_cannot_be_deleted(self, staff):
        product = make_product("Mug")
        assert staff.post(f"/admin/products/product/{product.pk}/delete/", {"post": "yes"}).status_code == 403
        staff.post(
            "/admin/products/product/",
            {"action": "delete_selected", "_selected_action": [str(product.pk)], "post": "yes"},
        )
        assert Product.objects.filter(pk=product.pk).exists()


class TestOtherPages:
    def test_a_price_in_another_currency(self, staff, api_client):
        product = make_product("Mug")
        address = f"/admin/products/variant/{product.variants.get().pk}/change/"
        data = form_of(staff, address) | {
            "prices-TOTAL_FORMS": 2,
            "prices-1-currency": "jpy",
            "prices-1-amount": "2400",
        }
        send(staff, address, data)
        assert api_client.get("/v1/products?currency=JPY").json()["results"][0]["price"]["amount"] == 2400
        assert "decimal places" in errors(staff, address, form_of(staff, address) | {"prices-1-amount": "24.50"})

    def test_the_history_of_a_variant_is_its_products(self, staff):
        product = make_product("Mug")
        response = staff.get(f"/admin/products/variant/{product.variants.get().pk}/history/")
        assert response["Location"] == f"/admin/products/product/{product.pk}/history/"

    @pytest.mark.parametrize(("field", "value"), [("prices-1-currency", "XXX"), ("prices-1-currency", "euro")])
    def test_invalid_currency_is_refused_beside_its_field(self, staff, field, value):
        product = make_product("Mug")
        address = f"/admin/products/variant/{product.variants.get().pk}/change/"
        data = form_of(staff, address) | {"prices-TOTAL_FORMS": 2, "prices-1-amount": "1", field: value}
        assert "currency" in errors(staff, address, data)

    def test_prices_in_the_caribbean_guilder_are_written(self, staff):
        """XCG stood in one of two lists."""
        product = make_product("Mug")
        address = f"/admin/products/variant/{product.variants.get().pk}/change/"
        data = {"prices-TOTAL_FORMS": 2, "prices-1-amount": "3.50", "prices-1-currency": "XCG"}
        send(staff, address, form_of(staff, address) | data)
        assert product.variants.get().prices.get(currency="XCG").amount == 350

    def test_histories_are_read_only(self, staff):
        product = make_product(stock=5)
        movement = StockMovement.objects.get()
        reservation = make_reservation({sku_of(product): 1})
        for address in (
            f"/admin/inventory/stockmovement/{movement.pk}/",
            f"/admin/inventory/reservation/{reservation.pk}/",
        ):
            assert staff.get(f"{address}change/").status_code == 200
            assert staff.post(f"{address}change/", {}).status_code == 403
            assert staff.post(f"{address}delete/", {"post": "yes"}).status_code == 403

    def test_a_renamed_brand_is_found_by_its_new_name(self, staff, api_client):
        make_product("Mug", brand="Alder")
        brand = Brand.objects.get()
        address = f"/admin/products/brand/{brand.pk}/change/"
        send(staff, address, form_of(staff, address) | {"name": "Rowan", "slug": "rowan"})
        assert len(api_client.get("/v1/products?q=rowan").json()["results"]) == 1

    def test_categories_are_made_moved_and_kept_from_harm(self, staff):
        kitchen = ensure_category("home/kitchen")
        home = Category.objects.get(full_path="home")
        make_product(category="home/kitchen")
        send(staff, "/admin/products/category/add/", {"name": "Mugs", "slug": "mugs", "parent": kitchen.pk})
        assert Category.objects.filter(full_path="home/kitchen/mugs").exists()
        address = f"/admin/products/category/{home.pk}/"
        taken = {"name": "Again", "slug": "mugs", "parent": kitchen.pk}
        assert "already" in errors(staff, "/admin/products/category/add/", taken)
        loop = form_of(staff, f"{address}change/") | {"parent": kitchen.pk}
        assert "below itself" in errors(staff, f"{address}change/", loop)
        assert staff.post(f"{address}delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("model", sorted(str(m._meta) for m in site._registry), ids=str)
    def test_every_list_opens(self, staff, model):
        make_product("Mug", brand="Alder")
        app, name = model.split(".")
        assert staff.get(f"/admin/{app}/{name}/?q=mug").status_code == 200

    def test_the_first_page_opens(self, staff):
        assert staff.get("/admin/").status_code == 200


class TestWhoMay:
    def test_staff_with_view_permission_see_products_and_variants_and_cannot_save(self):
        film = make_film()
        client = signed_in_to_look(codename__startswith="view_")
        for address in (page(film), f"/admin/products/variant/{film.variants.all()[0].pk}/change/"):
            response = client.get(address)
            assert response.status_code == 200
            assert 'name="_save"' not in response.content.decode()
            assert client.post(address, {"title": "Mine"}).status_code == 403

    @pytest.mark.parametrize("role", ["support_staff", "video_staff"])
    def test_staff_of_other_services_see_nothing(self, role):
        client = signed_in(role)
        product = make_product()
        for address in ("/admin/products/product/", page(product), "/admin/inventory/stockitem/"):
            assert client.get(address).status_code == 403

    def test_strangers_are_sent_to_sign_in(self):
        response = Client().get("/admin/products/product/")
        assert response.status_code == 302
        assert "/admin/login/" in response["Location"]


def test_variant_gets_one_of_its_products_images(staff):
    product, other = make_product("Mug"), make_product("Cup")
    own, foreign = (add_image(row.slug, image_file(), filename="x.png", alt=row.title)[0] for row in (product, other))
    variant = Variant.objects.get(product=product)
    address = f"/admin/products/variant/{variant.pk}/change/"
    assert "Select a valid choice" in errors(staff, address, form_of(staff, address) | {"image": str(foreign.pk)})
    send(staff, address, form_of(staff, address) | {"image": str(own.pk)})
    variant.refresh_from_db()
    assert variant.image == own
    history = staff.get(f"/admin/products/product/{product.pk}/history/").content.decode()
    assert "Mug" in history
    send(staff, address, form_of(staff, address) | {"image": ""})
    variant.refresh_from_db()
    assert variant.image is None


def test_a_second_variant_shows_both_prices(staff):
    product = make_product("Mug", price=1490)
    add_variant(product, sku="MUG-2", price=1990, position=1)
    data = form_of(staff, page(product))
    assert [str(data["variants-0-price"]), str(data["variants-1-price"])] == ["14.90", "19.90"]
