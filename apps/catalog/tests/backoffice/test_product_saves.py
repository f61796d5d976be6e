"""Saves of a product's page that must not lose anything: its place in the shop, its images, its values."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.catalog.products.attribute_values import ensure_attribute
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, AttributeValue, Product, ProductImage, ProductType
from apps.catalog.tests.backoffice.test_products_admin import errors, form_of, page, send, signed_in
from apps.catalog.tests.factories import image_file, make_product

pytestmark = pytest.mark.django_db(transaction=True)

UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


@pytest.fixture
def height() -> Attribute:
    return ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")


@pytest.fixture
def mug(height: Attribute) -> Product:
    """A published product of a type that asks for its height, and has none."""
    mugs = ProductType.objects.create(name="Mugs", slug="mugs")
    mugs.type_attributes.create(attribute=height)
    return make_product("Mug", product_type=mugs)


def require_height() -> None:
    ProductType.objects.get().type_attributes.update(is_required=True)


class TestPublishedProducts:
    def test_published_product_can_be_edited_after_its_type_gains_a_required_attribute(self, staff, mug):
        require_height()
        message = send(staff, page(mug), form_of(staff, page(mug)) | {"title": "Beaker"})
        mug.refresh_from_db()
        assert (mug.title, mug.status) == ("Beaker", "published")
        assert "draft" not in message

    def test_removing_a_required_value_is_refused_beside_its_field(self, staff, mug):
        send(staff, page(mug), form_of(staff, page(mug)) | {"attribute_height": "9.5"})
        require_height()
        response = staff.post(page(mug), form_of(staff, page(mug)) | {"title": "Beaker", "attribute_height": ""})
        form = response.context["adminform"].form
        assert "before they are published" in str(form.errors["attribute_height"])
        mug.refresh_from_db()
        assert (mug.title, mug.status) == ("Mug", "published")
        assert AttributeValue.objects.get().number == 9.5

    def test_draft_that_cannot_be_published_stays_a_draft_and_keeps_the_edit(self, staff, mug):
        Product.objects.update(status="draft")
        require_height()
        data = form_of(staff, page(mug)) | {"title": "Beaker", "status": "published"}
        assert "Saved as a draft" in send(staff, page(mug), data)
        mug.refresh_from_db()
        assert (mug.title, mug.status) == ("Beaker", "draft")


@pytest.mark.parametrize("handler", UPLOAD_HANDLERS, ids=["in memory", "in a file"])
class TestUploads:
    """Large uploads are files that the storage moves, small ones are read to their end: neither can be saved twice."""

    ADD = "/admin/products/product/add/"

    def data(self, client: Client, **fields: Any) -> dict[str, Any]:
        return form_of(client, self.ADD) | {
            "title": "Teapot",
            "slug": "teapot",
            "kind": "goods",
            "status": "published",
            "category": ensure_category("home").pk,
            "images-TOTAL_FORMS": 1,
            "images-0-file": SimpleUploadedFile("pot.png", image_file(700, 700), "image/png"),
            "images-0-position": 0,
            **fields,
        }

    def test_new_product_that_cannot_be_published_yet_keeps_its_image(self, staff, settings, handler):
        settings.FILE_UPLOAD_HANDLERS = [handler]
        assert "Saved as a draft" in send(staff, self.ADD, self.data(staff))
        assert Product.objects.get().status == "draft"
        assert ProductImage.objects.get().width == 700

    def test_replaced_image_of_a_product_that_cannot_be_published_yet_is_kept(self, staff, settings, handler):
        settings.FILE_UPLOAD_HANDLERS = [handler]
        send(staff, self.ADD, self.data(staff, status="draft"))
        product = Product.objects.get()
        upload = SimpleUploadedFile("pot.png", image_file(500, 500), "image/png")
        send(staff, page(product), form_of(staff, page(product)) | {"status": "published", "images-0-file": upload})
        assert ProductImage.objects.get().width == 500

    def test_refused_relation_does_not_blame_the_image(self, staff, settings, handler):
        settings.FILE_UPLOAD_HANDLERS = [handler]
        product = make_product("Mug")
        data = form_of(staff, page(product)) | {
            "images-TOTAL_FORMS": 1,
            "images-0-file": SimpleUploadedFile("pot.png", image_file(500, 500), "image/png"),
            "images-0-position": 0,
            "relations-TOTAL_FORMS": 1,
            "relations-0-related": product.pk,
            "relations-0-kind": "similar",
            "relations-0-position": 0,
        }
        said = errors(staff, page(product), data)
        assert said.count("A product is not beside itself.") == 1
        assert "image" not in said


class TestAttributeValues:
    def test_value_of_zero_survives_a_save(self, staff, mug, height, api_client):
        AttributeValue.objects.create(product=mug, attribute=height, number=0)
        send(staff, page(mug), form_of(staff, page(mug)) | {"title": "Beaker"})
        assert AttributeValue.objects.get().number == 0

    @pytest.mark.parametrize("number", ["330", "0.5", "1200"])
    def test_number_is_shown_as_people_write_it(self, staff, mug, number):
        send(staff, page(mug), form_of(staff, page(mug)) | {"attribute_height": number})
        response = staff.get(page(mug))
        assert f'value="{number}"' in response.content.decode()
        form = response.context["adminform"].form
        assert not form.fields["attribute_height"].has_changed(form.initial["attribute_height"], number)

    def test_zero_can_be_entered_and_a_value_emptied(self, staff, mug):
        send(staff, page(mug), form_of(staff, page(mug)) | {"attribute_height": "0"})
        assert AttributeValue.objects.get().number == 0
        send(staff, page(mug), form_of(staff, page(mug)) | {"attribute_height": ""})
        assert not AttributeValue.objects.exists()
