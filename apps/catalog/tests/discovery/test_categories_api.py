from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products import category_tree
from apps.catalog.products.models import Category, Product
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.shop import titles
from apps.common.outbox.models import OutboxEvent
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db


class TestTree:
    def test_a_category_counts_what_is_in_and_below_it(self, api_client):
        make_product(category="home/kitchen")
        make_product(category="home/kitchen/mugs")
        make_product(category="home/light", status=Product.Status.DRAFT)
        body = api_client.get("/v1/categories").json()
        assert_matches_contract("catalog", "GET", "/v1/categories", response_json=body)
        [home] = body["results"]
        assert (home["path"], home["product_count"]) == ("home", 2)
        kitchen, light = home["children"]
        assert (kitchen["name"], kitchen["product_count"], light["product_count"]) == ("Kitchen", 2, 0)
        assert kitchen["children"][0]["path"] == "home/kitchen/mugs"

    def test_a_category_has_breadcrumbs(self, api_client):
        category_tree.ensure_category("home/kitchen", name="Kitchen & table", description="For cooks.")
        body = api_client.get("/v1/categories/home/kitchen").json()
        assert (body["name"], body["description"]) == ("Kitchen & table", "For cooks.")
        assert body["breadcrumbs"] == [
            {"path": "home", "name": "Home"},
            {"path": "home/kitchen", "name": "Kitchen & table"},
        ]

    @pytest.mark.parametrize("path", ["nothing", "home/nothing", "home//kitchen", "/", "a" * 500, "home/kitchen/"])
    def test_an_unknown_category_is_a_problem(self, api_client, path):
        category_tree.ensure_category("home/kitchen")
        response = api_client.get(f"/v1/categories/{path}")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")

    def test_the_number_of_queries_does_not_grow(self, api_client):
        counts = []
        for _ in range(2):
            for _ in range(10):
                make_product(category=f"root/c{Category.objects.count()}")
            with CaptureQueriesContext(connection) as captured:
                api_client.get("/v1/categories")
            counts.append(len(captured))
        assert counts[0] == counts[1] > 0


class TestChangingTheTree:
    def paths(self) -> set[str]:
        return set(Category.objects.values_list("full_path", flat=True))

    def test_moving_a_category_takes_its_branch_along(self):
        category_tree.ensure_category("home/kitchen/mugs")
        category_tree.save_category(Category.objects.get(full_path="home/kitchen"), parent=None)
        assert self.paths() == {"home", "kitchen", "kitchen/mugs"}
        home = Category.objects.get(full_path="home")
        category_tree.save_category(Category.objects.get(full_path="kitchen"), parent=home)
        assert self.paths() == {"home", "home/kitchen", "home/kitchen/mugs"}
        assert not any(Category.objects.find_problems())

    def test_another_slug_renames_the_paths_below(self):
        mugs = category_tree.ensure_category("home/kitchen/mugs")
        kitchen = Category.objects.get(full_path="home/kitchen")
        kitchen.slug = "cooking"
        category_tree.save_category(kitchen, parent=Category.objects.get(full_path="home"))
        mugs.refresh_from_db()
        assert mugs.full_path == "home/cooking/mugs"

    def test_a_new_name_is_found_and_announced(self):
        product = make_product("Mug", category="home/kitchen")
        kitchen = Category.objects.get(full_path="home/kitchen")
        OutboxEvent.objects.all().delete()
        kitchen.name = "Pantry"
        category_tree.save_category(kitchen, parent=Category.objects.get(full_path="home"))
        assert titles(q="pantry") == [product.title]
        assert [event.data["slug"] for event in OutboxEvent.objects.all()] == [product.slug]

    def test_a_new_child_stands_below_its_parent(self):
        home = category_tree.ensure_category("home")
        category_tree.save_category(Category(name="Garden", slug="garden"), parent=home)
        assert self.paths() == {"home", "home/garden"}
