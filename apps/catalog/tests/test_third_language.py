"""A third language is a setting: nothing else changes, and French is edited, found and shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.catalog.discovery.listings import refresh
from apps.catalog.discovery.search_configurations import CONFIGURATIONS, configuration_of
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, AttributeChoice, Brand, Category, Collection, Product
from apps.catalog.tests.backoffice.test_products_admin import form_of, send, signed_in
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import csv_of, done, write
from apps.catalog.tests.products.helpers import writing_anything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def french(settings: Any, transactional_db: None) -> Iterator[None]:
    settings.SHOP_LANGUAGES = ("en", "de", "fr")
    call_command("migrate", verbosity=0)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TEXT SEARCH CONFIGURATION IF EXISTS streamcart_fr")


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", slug="mug", sku="MUG", category="home")


def french_page(api_client: Any) -> dict[str, Any]:
    response = api_client.get("/v1/products/mug?lang=fr")
    assert response["Content-Language"] == "fr"
    return response.json()


def found(api_client: Any, words: str) -> list[str]:
    return [item["title"] for item in api_client.get(f"/v1/products?lang=fr&q={words}").json()["results"]]


class TestEditing:
    def test_french_texts_can_be_edited_by_the_api(self, mug, as_staff, api_client):
        staff = writing_anything(as_staff("catalog_staff"))
        texts = {"fr": {"title": "Tasse en grès", "description": "Façonnée à la main."}}
        assert staff.patch("/v1/products/mug", {"translations": texts}).status_code == 200
        shown = french_page(api_client)
        assert (shown["title"], shown["description"]) == ("Tasse en grès", "Façonnée à la main.")

    def test_french_texts_can_be_edited_in_the_admin(self, mug, api_client):
        staff = signed_in("catalog_staff")
        page = f"/admin/products/product/{mug.pk}/change/"
        send(staff, page, form_of(staff, page) | {"fr_title": "Tasse", "de_title": "Becher"})
        assert french_page(api_client)["title"] == "Tasse"
        assert api_client.get("/v1/products/mug?lang=de").json()["title"] == "Becher"
        assert form_of(staff, page)["fr_title"] == "Tasse"

    def test_french_texts_can_be_imported_from_a_file(self, mug, api_client):
        done(write(csv_of("sku,title.fr,title.de", "MUG,Tasse,Becher")))
        assert french_page(api_client)["title"] == "Tasse"

    @pytest.mark.parametrize(
        ("model", "text"), [(Category, "name"), (Brand, "description"), (Attribute, "label"), (Collection, "title")]
    )
    def test_all_other_models_have_french_fields_in_the_admin(self, model, text):
        staff = signed_in("catalog_staff")
        ensure_category("home")
        Brand.objects.create(name="Alder", slug="alder")
        ensure_attribute("material", label="Material")
        Collection.objects.create(title="Summer", slug="summer")
        row = model.objects.get()
        page = f"/admin/products/{model._meta.model_name}/{row.pk}/change/"
        send(staff, page, form_of(staff, page) | {f"fr_{text}": "En français"})
        row.refresh_from_db()
        assert row.translations == {"fr": {text: "En français"}}

    def test_choices_have_french_fields_in_the_admin(self):
        staff = signed_in("catalog_staff")
        attribute = ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE)
        ensure_choices(attribute, ["Oak"])
        page = f"/admin/products/attribute/{attribute.pk}/change/"
        send(staff, page, form_of(staff, page) | {"choices-0-fr_label": "Chêne"})
        assert AttributeChoice.objects.get().translations == {"fr": {"label": "Chêne"}}


class TestSearch:
    @pytest.fixture(autouse=True)
    def tasses(self, mug: Product) -> None:
        done(write(csv_of("sku,title.fr,description.fr", "MUG,Tasses émaillées,Pour les chevaux")))

    @pytest.mark.parametrize("words", ["tasse", "emaillee", "cheval", "chevaux"])
    def test_french_words_are_found_by_their_stems_and_without_accents(self, api_client, words):
        assert found(api_client, words) == ["Tasses émaillées"]

    def test_words_that_are_typed_by_half_are_completed(self, api_client):
        assert found(api_client, "tass") == ["Tasses émaillées"]

    def test_other_languages_find_it_by_their_words(self, api_client):
        assert len(api_client.get("/v1/products?lang=en&q=mugs").json()["results"]) == 1
        assert found(api_client, "giraffe") == []


def test_browsers_that_prefer_french_get_french_texts(mug, api_client):
    Product.objects.filter(pk=mug.pk).update(translations={"fr": {"title": "Tasse"}})
    refresh([mug.pk])
    response = api_client.get("/v1/products/mug", HTTP_ACCEPT_LANGUAGE="fr-CA,fr;q=0.9,de;q=0.5")
    assert (response["Content-Language"], response.json()["title"]) == ("fr", "Tasse")


def test_yes_and_no_are_read_and_shown_in_french(mug, api_client):
    ensure_attribute("handmade", label="Made by hand", kind=Attribute.Kind.BOOLEAN)
    done(write(csv_of("sku,attr.handmade", "MUG,oui")))
    assert [fact["value"] for fact in french_page(api_client)["attributes"]] == ["oui"]


@pytest.mark.parametrize("language", CONFIGURATIONS)
def test_postgresql_knows_the_stems_of_each_language(language):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_ts_config WHERE cfgname = %s", [CONFIGURATIONS[language]])
        assert cursor.fetchone() == (1,)


def test_a_language_without_stems_is_searched_by_whole_words(settings, mug, api_client):
    """Icelandic: PostgreSQL has no stemmer for it."""
    settings.SHOP_LANGUAGES = ("en", "is")
    call_command("migrate", verbosity=0)
    try:
        assert configuration_of("is") == "streamcart_is"
        done(write(csv_of("sku,title.is", "MUG,Bollar")))
        results = api_client.get("/v1/products?lang=is&q=bollar").json()["results"]
        assert [item["title"] for item in results] == ["Bollar"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TEXT SEARCH CONFIGURATION streamcart_is")
