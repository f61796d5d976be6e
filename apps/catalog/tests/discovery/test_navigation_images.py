"""Images of categories and collections: uploaded by staff, else that of the best-selling product."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.products import rendering
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Category, Collection, Product
from apps.catalog.products.services.collections import create_collection
from apps.catalog.products.services.images import add_image
from apps.catalog.tests.backoffice.test_products_admin import errors, form_of, send, signed_in
from apps.catalog.tests.factories import image_file, make_product
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


def make_pictured(title: str, **fields: object) -> Product:
    product = make_product(title, slug=title.lower(), **fields)
    image, _ = add_image(product.slug, image_file(400, 300), filename="x.png", alt=title)
    rendering.render_image(image.pk)
    return product


def category(client, path: str) -> dict:
    body = client.get(f"/v1/categories/{path}").json()
    if "/" not in path:
        # The document's parameters hold no slashes.
        assert_matches_contract("catalog", "GET", f"/v1/categories/{path}", response_json=body)
    return body


def upload(width: int = 500) -> SimpleUploadedFile:
    return SimpleUploadedFile("kitchen.png", image_file(width, 300), "image/png")


class TestCategories:
    def test_category_shows_the_image_of_its_best_seller_below_it(self, api_client):
        make_pictured("Mug", category="home/kitchen", sales_count=5)
        make_pictured("Lamp", category="home/light", sales_count=9)
        make_pictured("Draft", category="home/light", sales_count=99, status=Product.Status.DRAFT)
        home = category(api_client, "home")
        assert "lamp" in home["image"]["url"]
        assert home["image"]["alt"] == ""
        kitchen, light = home["children"]
        assert "mug" in kitchen["image"]["url"]
        assert light["image"] == home["image"]
        assert category(api_client, "home/kitchen")["image"] == kitchen["image"]

    def test_category_without_products_has_no_image(self, api_client):
        ensure_category("home")
        assert category(api_client, "home")["image"] is None

    def test_uploaded_image_is_shown_until_it_is_removed(self, api_client, staff):
        make_pictured("Mug", category="home")
        address = f"/admin/products/category/{Category.objects.get().pk}/change/"
        send(staff, address, form_of(staff, address) | {"image_file": upload()})
        assert (category(api_client, "home")["image"]["width"], category(api_client, "home")["image"]["alt"]) == (
            500,
            "",
        )
        former = Category.objects.get().uploaded_image["renditions"]
        send(staff, address, form_of(staff, address) | {"image_file": upload(600)})
        assert category(api_client, "home")["image"]["width"] == 600
        # Nobody names the former files any more; the others stay.
        present = Category.objects.get().uploaded_image["renditions"]
        assert rendering._unused([row["name"] for row in [*former, *present]]) == sorted(row["name"] for row in former)
        send(staff, address, form_of(staff, address) | {"remove_image": "on"})
        assert "mug" in category(api_client, "home")["image"]["url"]

    def test_file_that_is_no_image_is_refused(self, staff):
        ensure_category("home")
        address = f"/admin/products/category/{Category.objects.get().pk}/change/"
        broken = SimpleUploadedFile("x.png", b"no image", "image/png")
        assert "not an image" in errors(staff, address, form_of(staff, address) | {"image_file": broken})
        assert Category.objects.get().uploaded_image == {}

    @pytest.mark.parametrize("rows", [2, 20])
    def test_tree_takes_one_query_for_images(self, api_client, rows):
        for number in range(rows):
            make_product(category=f"root/c{number}")
        api_client.get("/v1/categories?lang=en")
        make_product(category="root/c0")
        with CaptureQueriesContext(connection) as captured:
            api_client.get("/v1/categories?lang=en")
        assert sum("card" in query["sql"] and "changed_in" not in query["sql"] for query in captured) == 1


class TestCollections:
    def test_collection_shows_the_image_of_its_best_seller(self, api_client):
        make_pictured("Mug", sales_count=1, price=900)
        make_pictured("Lamp", sales_count=2, price=900)
        make_pictured("Sofa", sales_count=3, price=90_000)
        create_collection({"title": "By hand", "is_published": True}, ["mug"])
        create_collection({"title": "Cheap", "kind": "rule", "rule": {"max_price": "1000"}, "is_published": True}, [])
        create_collection({"title": "Empty", "is_published": True}, [])
        body = api_client.get("/v1/collections").json()
        assert_matches_contract("catalog", "GET", "/v1/collections", response_json=body)
        shown = {row["slug"]: row["image"] and row["image"]["url"].rpartition("/")[2] for row in body["results"]}
        assert shown["by-hand"].startswith("mug-")
        assert shown["cheap"].startswith("lamp-")
        assert shown["empty"] is None

    def test_uploaded_image_of_a_new_collection_is_shown(self, api_client, staff):
        address = "/admin/products/collection/add/"
        form = form_of(staff, address) | {"title": "Summer", "kind": "manual", "is_published": "on"}
        send(staff, address, form | {"image_file": upload()})
        assert api_client.get("/v1/collections/summer").json()["image"]["width"] == 500
        names = [row["name"] for row in Collection.objects.get().uploaded_image["renditions"]]
        assert names
        assert all(default_storage.exists(name) for name in names)
