"""A film says buy or rent, goods do not: one rule, whoever writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from apps.catalog.imports import seeding
from apps.catalog.products import publication
from apps.catalog.products.models import Product, Variant
from apps.catalog.products.publication import NotSellable, record_change, set_status
from apps.catalog.products.rules import MAX_RENTAL_HOURS, offer_errors, title_errors
from apps.catalog.products.services import bulk
from apps.catalog.tests.factories import add_variant, make_film, make_product, sku_of
from apps.catalog.tests.imports.files import check, csv_of, errors, write
from apps.catalog.tests.products.helpers import writing_anything

pytestmark = pytest.mark.django_db(transaction=True)

NOT_FOR_GOODS = "This is for films; leave it out for goods."


@pytest.fixture
def staff(as_staff: Any) -> Any:
    return writing_anything(as_staff("catalog_staff"))


@pytest.mark.parametrize(
    ("kind", "offer", "hours", "fields"),
    [
        ("goods", "", None, set()),
        ("goods", "rent", 48, {"offer", "rental_hours"}),
        ("goods", "buy", None, {"offer"}),
        ("goods", "", 48, {"rental_hours"}),
        ("video", "", None, {"offer"}),
        ("video", "buy", None, set()),
        ("video", "buy", 48, {"rental_hours"}),
        ("video", "rent", None, {"rental_hours"}),
        ("video", "rent", 48, set()),
        ("video", "rent", MAX_RENTAL_HOURS + 1, {"rental_hours"}),
    ],
)
def test_films_say_buy_or_rent_and_goods_say_neither(kind, offer, hours, fields):
    assert set(offer_errors(kind=kind, offer=offer, rental_hours=hours)) == fields


@pytest.mark.parametrize(
    ("kind", "title", "untitled", "is_wrong"),
    [
        ("goods", "", ["MUG"], False),
        ("video", "metropolis", ["BUY"], False),
        ("video", "", [], False),
        ("video", "", ["BUY"], True),
    ],
)
def test_a_published_film_names_what_is_watched(kind, title, untitled, is_wrong):
    assert bool(title_errors(kind=kind, title_slug=title, untitled_skus=untitled)) is is_wrong


class TestREST:
    def test_goods_for_rent_are_refused_by_field(self, staff):
        product = make_product("Mug")
        response = staff.patch(
            f"/v1/products/{product.slug}/variants/{sku_of(product)}", {"offer": "rent", "rental_hours": 48}
        )
        assert response.status_code == 400
        assert response.json()["errors"] == {"offer": [NOT_FOR_GOODS], "rental_hours": [NOT_FOR_GOODS]}

    def test_a_film_variant_without_an_offer_is_refused_by_field(self, staff):
        film = make_film()
        response = staff.patch(f"/v1/products/{film.slug}", {"variants": [{"sku": "METROPOLIS-BUY", "offer": ""}]})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["variants.0.offer"])

    def test_a_published_film_keeps_its_title(self, staff):
        film = make_film()
        response = staff.patch(f"/v1/products/{film.slug}", {"title_slug": ""})
        assert (response.status_code, list(response.json()["errors"])) == (409, ["title_slug"])


class TestDatabase:
    @pytest.mark.parametrize("fields", [{"offer": "rent", "rental_hours": 48}, {"offer": "buy"}])
    def test_goods_with_an_offer_are_refused(self, fields):
        product = make_product("Mug")
        with pytest.raises(IntegrityError, match="variant_offer_fits_kind"):
            Variant.objects.filter(product=product).update(**fields)
        with pytest.raises(IntegrityError, match="variant_offer_fits_kind"):
            Variant.objects.create(product=product, sku="OTHER", **fields)

    def test_a_film_variant_without_an_offer_is_refused(self):
        with pytest.raises(IntegrityError, match="variant_offer_fits_kind"):
            Variant.objects.filter(product=make_film()).update(offer="", rental_hours=None)

    def test_a_product_does_not_change_sides_under_its_variants(self):
        product = make_product("Mug")
        with pytest.raises(IntegrityError, match="variant_offer_fits_kind"):
            Product.objects.filter(pk=product.pk).update(kind="video")

    @pytest.mark.parametrize("sku", ["METROPOLIS-BUY", "METROPOLIS-RENT"])
    def test_hours_belong_to_rentals(self, sku):
        make_film()
        hours = 48 if sku.endswith("BUY") else None
        with pytest.raises(IntegrityError, match="variant_hours_are_of_rentals"):
            Variant.objects.filter(sku=sku).update(rental_hours=hours)


@pytest.fixture
def unguarded_database(transactional_db: None) -> Any:
    """The database as it would be without its own guard, to see that every writer has one."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE products_variant DISABLE TRIGGER variant_offer_fits_kind_on_update")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE products_variant ENABLE TRIGGER variant_offer_fits_kind_on_update")


class TestPublication:
    """What is wrong already, however it came there, is neither published nor stays published."""

    @pytest.fixture
    def draft(self, unguarded_database: None) -> Product:
        film = make_film("Metropolis", status="draft")
        Variant.objects.filter(sku="METROPOLIS-BUY").update(offer="")
        return film

    def test_a_film_variant_without_an_offer_is_not_published(self, draft):
        with pytest.raises(NotSellable) as refusal:
            set_status(draft, Product.Status.PUBLISHED)
        assert refusal.value.errors == {
            "variants.METROPOLIS-BUY.offer": ["Say whether the film is bought (buy) or rented (rent)."]
        }

    def test_bulk_publication_says_why_not(self, draft):
        changed, refused = bulk.set_statuses([draft.pk], Product.Status.PUBLISHED)
        assert changed == 0
        assert "METROPOLIS-BUY" in refused[0]

    def test_a_published_film_is_not_changed_until_its_offer_is_right(self, draft):
        Product.objects.filter(pk=draft.pk).update(status="published")
        draft.refresh_from_db()
        with pytest.raises(NotSellable), transaction.atomic():
            record_change(draft, previous_status="published")

    def test_bulk_publication_takes_as_many_queries_for_many(self, django_assert_max_num_queries):
        films = [make_film(f"Film {number}", status="draft") for number in range(8)]
        with django_assert_max_num_queries(60) as few:
            assert bulk.set_statuses([film.pk for film in films[:2]], Product.Status.PUBLISHED) == (2, [])
        with django_assert_max_num_queries(len(few)):
            assert bulk.set_statuses([film.pk for film in films[2:]], Product.Status.PUBLISHED) == (6, [])


class TestSpreadsheets:
    def test_invalid_offers_are_reported_by_column(self):
        make_product("Mug", sku="MUG")
        make_film()
        job = check(csv_of("sku,offer,rental_hours", "MUG,rent,48", "METROPOLIS-BUY,-,"))
        assert errors(job) == {
            2: {"offer": [NOT_FOR_GOODS], "rental_hours": [NOT_FOR_GOODS]},
            3: {"offer": ["Say whether the film is bought (buy) or rented (rent)."]},
        }

    def test_a_film_without_a_title_is_not_published(self):
        film = make_film(status="draft")
        Product.objects.filter(pk=film.pk).update(title_slug="")
        job = check(csv_of("sku,status", "METROPOLIS-BUY,published"))
        assert errors(job) == {
            2: {"title_slug": ["Say which title of the video service METROPOLIS-BUY lets people watch."]}
        }

    def test_a_published_film_keeps_its_title(self):
        make_film()
        job = check(csv_of("sku,title_slug", "METROPOLIS-RENT,-"))
        assert list(errors(job)[2]) == ["title_slug"]

    def test_a_film_that_became_invalid_after_the_check_is_not_published(self, monkeypatch):
        film = make_film(status="draft")
        Product.objects.filter(pk=film.pk).update(title_slug="")
        # As if the title had been taken away between the check and the write.
        monkeypatch.setattr("apps.catalog.imports.rules.title_errors", lambda **facts: {})
        job = write(csv_of("sku,status", "METROPOLIS-BUY,published"))
        film.refresh_from_db()
        assert (job.state, film.status) == ("failed", "draft")
        assert "Metropolis" in job.failure


class TestJSON:
    def run(self, tmp_path: Path, **product: Any) -> None:
        mug = {
            "slug": "mug",
            "title": "Mug",
            "kind": "goods",
            "category": "home",
            "variants": [{"sku": "MUG", "price": {"amount": 1490, "currency": "EUR"}}],
        }
        (tmp_path / "catalogue.json").write_text(json.dumps({"products": [mug | product]}))
        call_command("import_products", str(tmp_path / "catalogue.json"), images=tmp_path)

    @pytest.mark.parametrize("offer", [{"offer": "rent", "rental_hours": 48}, {"offer": "buy"}, {"rental_hours": 4}])
    def test_goods_with_an_offer_are_refused(self, tmp_path, offer):
        line = {"sku": "MUG", "price": {"amount": 1490, "currency": "EUR"}, **offer}
        with pytest.raises(CommandError, match=r"Product mug: .*leave it out for goods"):
            self.run(tmp_path, variants=[line])

    def test_a_film_without_an_offer_is_refused(self, tmp_path):
        with pytest.raises(CommandError, match=r"Product mug: .*bought"):
            self.run(tmp_path, kind="video", title_slug="mug")

    def test_a_film_without_a_title_is_refused(self, tmp_path):
        line = {"sku": "MUG", "price": {"amount": 1490, "currency": "EUR"}, "offer": "buy"}
        with pytest.raises(CommandError, match=r"Product mug: .*which title"):
            self.run(tmp_path, kind="video", variants=[line])

    def test_goods_do_not_become_a_film(self, tmp_path):
        self.run(tmp_path)
        line = {"sku": "MUG", "price": {"amount": 1490, "currency": "EUR"}, "offer": "buy"}
        with pytest.raises(CommandError, match=r"Product mug: .*stays goods"):
            self.run(tmp_path, kind="video", title_slug="mug", variants=[line])


def test_seeded_products_are_held_to_the_rule(monkeypatch):
    held: list[int] = []
    monkeypatch.setattr(seeding, "require_sellable", lambda products: held.append(len(products)))
    assert list(seeding.seed(3, 1)) == [3]
    assert held == [3]


def test_a_variant_that_joins_a_published_film_needs_a_title_to_watch():
    film = make_film()
    Product.objects.filter(pk=film.pk).update(title_slug="")
    film.refresh_from_db()
    with pytest.raises(NotSellable):
        add_variant(film, sku="THIRD", price=100, offer="buy")
    assert publication.sellability_errors([film])[film.pk].keys() == {"title_slug"}
