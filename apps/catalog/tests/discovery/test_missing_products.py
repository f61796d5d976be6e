"""Products that shoppers cannot see under a slug: renamed, withdrawn, never there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.catalog.products.models import FormerSlug, Product
from apps.catalog.products.publication import set_status
from apps.catalog.products.services.products import ProductEdit, change_product, delete_product
from apps.catalog.tests.factories import make_product

pytestmark = pytest.mark.django_db(transaction=True)


def rename(product: Product, slug: str) -> None:
    product.refresh_from_db()
    change_product(product.slug, ProductEdit(columns={"slug": slug}), versions=None)
    product.refresh_from_db()


def status(client, slug: str) -> tuple[int, str]:
    response = client.get(f"/v1/products/{slug}")
    return response.status_code, response.json().get("type", "").rpartition("/")[2]


def test_renamed_product_is_found_under_its_former_slugs(api_client, settings):
    mug = make_product("Mug", slug="mug")
    rename(mug, "cup")
    rename(mug, "beaker")
    for slug in ("mug", "cup"):
        response = api_client.get(f"/v1/products/{slug}?lang=de&utm=x")
        assert (response.status_code, response["Content-Type"]) == (301, "application/problem+json")
        assert response["Location"].endswith("/v1/products/beaker?lang=de")
        assert response["Location"].startswith(settings.PUBLIC_URL)
        assert response.json()["slug"] == "beaker"
        assert response.json()["type"].endswith("/product-moved")
    assert api_client.get("/v1/products/beaker").status_code == 200


def test_product_that_takes_a_freed_slug_wins(api_client):
    mug = make_product("Mug", slug="mug")
    rename(mug, "cup")
    other = make_product("Other", slug="mug")
    assert api_client.get("/v1/products/mug").json()["title"] == "Other"
    rename(other, "other")
    # It had the slug last.
    assert api_client.get("/v1/products/mug").json()["slug"] == "other"


def test_product_that_gets_its_slug_back_is_found_there(api_client):
    mug = make_product("Mug", slug="mug")
    rename(mug, "cup")
    rename(mug, "mug")
    assert status(api_client, "mug") == (200, "")
    assert status(api_client, "cup") == (301, "product-moved")


def test_withdrawn_product_is_gone(api_client):
    archived, draft, over = (make_product(title, slug=title) for title in ("archived", "draft", "over"))
    set_status(archived, Product.Status.ARCHIVED)
    set_status(draft, Product.Status.DRAFT)
    ended = timezone.now() - timedelta(seconds=1)
    change_product(
        "over",
        ProductEdit(columns={"published_at": ended - timedelta(days=1), "published_until": ended}),
        versions=None,
    )
    assert over.slug == "over"
    for slug in ("archived", "draft", "over"):
        assert status(api_client, slug) == (410, "product-withdrawn")


def test_product_that_was_never_on_display_is_not_found(api_client):
    draft = make_product("Draft", slug="draft", status=Product.Status.DRAFT)
    Product.objects.filter(pk=draft.pk).update(published_at=None)
    make_product("Later", slug="later", published_minutes_ago=-60)
    for slug in ("draft", "later", "nothing"):
        assert status(api_client, slug) == (404, "not-found")


def test_renamed_product_that_is_hidden_does_not_show_its_new_slug(api_client):
    mug = make_product("Mug", slug="mug")
    rename(mug, "cup")
    set_status(mug, Product.Status.ARCHIVED)
    assert status(api_client, "mug") == (410, "product-withdrawn")
    assert "cup" not in api_client.get("/v1/products/mug").content.decode()


def test_deleted_product_leaves_no_former_slug(api_client):
    draft = make_product("Draft", slug="draft", status=Product.Status.DRAFT, stock=None)
    Product.objects.filter(pk=draft.pk).update(published_at=None)
    rename(draft, "renamed")
    delete_product("renamed", versions=None)
    assert not FormerSlug.objects.exists()
    assert status(api_client, "draft") == (404, "not-found")


def test_list_by_slugs_finds_a_renamed_product_once(api_client):
    rename(make_product("Mug", slug="mug"), "cup")
    results = api_client.get("/v1/products?slugs=mug,cup").json()["results"]
    assert [card["slug"] for card in results] == ["cup"]
