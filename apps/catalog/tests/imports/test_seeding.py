from __future__ import annotations

import pytest
from django.core.management import call_command

from apps.catalog.products.models import Product
from apps.catalog.tests.shop import look

pytestmark = pytest.mark.django_db


def facts() -> list[tuple]:
    rows = Product.objects.order_by("slug").values_list(
        "id", "slug", "title", "listing__prices", "variants__stock__on_hand"
    )
    return list(rows)


def test_the_same_seed_gives_the_same_products(capsys):
    call_command("seed", products=30, seed=7)
    first = facts()
    assert len(first) == 30
    assert "30/30" in capsys.readouterr().out
    Product.objects.all().delete()
    call_command("seed", products=30, seed=7)
    assert facts() == first


def test_seeding_again_adds_only_missing_products():
    call_command("seed", products=10, seed=1)
    call_command("seed", products=15, seed=1)
    call_command("seed", products=5, seed=2)
    assert Product.objects.count() == 20


def test_seeded_products_are_found_listed_and_in_stock(api_client):
    call_command("seed", products=50, seed=1)
    words = Product.objects.first().title.split()[0]
    assert look(q=words).total
    body = api_client.get("/v1/products?in_stock=1&facets=1&sort=price").json()
    assert body["results"][0]["price"]["amount"] == body["facets"]["price"]["min"]


def test_seeding_no_products_creates_none():
    call_command("seed", products=0)
    assert not Product.objects.exists()
