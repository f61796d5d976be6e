"""What is suggested while somebody types."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products import category_tree
from apps.catalog.products.models import Product
from apps.catalog.tests.factories import add_variant, make_film, make_product
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db


class TestSuggestions:
    def suggest(self, client, text: str) -> list[tuple[str, str]]:
        response = client.get("/v1/search/suggest", {"q": text})
        assert response.status_code == 200, response.content
        assert_matches_contract("catalog", "GET", "/v1/search/suggest", response_json=response.json())
        return [(item["kind"], item["text"]) for item in response.json()["results"]]

    def test_half_a_word_completes_to_categories_and_products(self, api_client):
        category_tree.ensure_category("films", name="Silent films")
        make_film("Filming the sea", category="films")
        assert self.suggest(api_client, "film") == [("category", "Silent films"), ("product", "Filming the sea")]

    def test_a_misspelt_word_still_completes(self, api_client):
        make_film("Metropolis")
        assert self.suggest(api_client, "metroplis") == [("product", "Metropolis")]

    @pytest.mark.parametrize("text", ["", " ", "':*&|!(", "%", "_", "x" * 5000])
    def test_text_without_words_has_no_suggestions(self, api_client, text):
        make_product("Mug")
        assert self.suggest(api_client, text) == []

    def test_drafts_are_not_suggested(self, api_client):
        make_product("Mug", status=Product.Status.DRAFT)
        assert self.suggest(api_client, "mug") == []

    def products(self, client, text: str, **parameters: str) -> list[str]:
        body = client.get("/v1/search/suggest", {"q": text, **parameters}).json()
        return [item["text"] for item in body["results"] if item["kind"] == "product"]

    @pytest.mark.parametrize("text", ["n", "no", "nos", "NOS"])
    def test_a_title_that_begins_so_comes_before_a_later_word(self, api_client, text):
        make_product("Linen noir", sales_count=500)
        make_product("Note block", sales_count=2)
        make_film("Nosferatu", year=1922, sales_count=3)
        wanted = ["Nosferatu", "Note block", "Linen noir"]
        begun = [title for title in wanted if f" {text.lower()}" in f" {title.lower()}"]
        assert self.products(api_client, text) == begun

    def test_words_of_descriptions_do_not_join_titles(self, api_client):
        make_product("Scarf", description="Nearly two metres of wool.", sales_count=900)
        make_product("Scarf rail", attributes={"material": "metal"}, sales_count=900)
        make_film("Metropolis")
        assert self.products(api_client, "met") == ["Metropolis"]
        assert self.products(api_client, "metre") == ["Scarf"]

    def test_misspelt_words_are_corrected_only_when_nothing_else_matches(self, api_client):
        make_film("Metropolis")
        make_product("Metronome", sales_count=2)
        assert self.products(api_client, "metro") == ["Metronome", "Metropolis"]
        assert self.products(api_client, "metropolsi") == ["Metropolis"]

    def test_every_typed_word_has_to_begin_a_word_of_the_title(self, api_client):
        make_product("Oak tray")
        make_product("Oak bowl", description="Stands on a tray.")
        assert self.products(api_client, "oak tr") == ["Oak tray"]

    def test_titles_are_those_of_the_language(self, api_client):
        make_product("Knife", translations={"de": {"title": "Messer"}})
        make_product("Brass and metal cup", translations={"de": {"title": "Becher aus Metall"}})
        assert self.products(api_client, "me") == ["Brass and metal cup"]
        assert self.products(api_client, "me", lang="de") == ["Messer", "Becher aus Metall"]

    def test_titles_begin_alike_without_accents(self, api_client):
        make_product("Étagère")
        assert self.products(api_client, "eta") == self.products(api_client, "éta") == ["Étagère"]

    def test_a_product_is_suggested_with_its_price_and_kind(self, api_client):
        make_film("Metropolis", year=1927)
        [film] = api_client.get("/v1/search/suggest?q=metropolis").json()["results"]
        assert film == {
            "text": "Metropolis",
            "kind": "product",
            "slug": Product.objects.get().slug,
            "path": "",
            "product_kind": "video",
            "image": None,
            "price": {"amount": 399, "currency": "EUR"},
            "price_from": True,
            "year": 1927,
        }

    def test_a_product_without_a_price_in_the_currency_is_not_suggested(self, api_client):
        make_product("Mug")
        assert self.products(api_client, "mug", currency="USD") == []

    def test_the_number_of_an_article_suggests_that_article(self, api_client):
        make_product("A10-20 poster")
        tray = make_product("Tray")
        add_variant(tray, sku="A10-20", price=900)
        assert self.products(api_client, "A10-20")[0] == "Tray"

    def test_total_is_that_of_the_search(self, api_client):
        for number in range(9):
            make_product(f"Mug {number}")
        make_product("Hook", description="For a mug.")
        body = api_client.get("/v1/search/suggest?q=mug").json()
        assert body["total"] == api_client.get("/v1/products?q=mug").json()["total"] == 10
        assert len(body["results"]) == 6
        # So many titles begin so that nothing else has to be looked up.
        assert api_client.get("/v1/search/suggest?q=mu").json()["total"] is None

    def test_the_number_of_queries_does_not_grow(self, api_client):
        counts = []
        for _ in range(2):
            for number in range(10):
                make_product(f"Mug {number}", description="Enamel")
            counts.append([])
            for text in ("mug", "mu", "enamel", "mgu"):
                with CaptureQueriesContext(connection) as captured:
                    api_client.get("/v1/search/suggest", {"q": text})
                counts[-1].append(len(captured))
        assert counts[0] == counts[1]
        assert min(counts[0]) > 0

    def test_a_stop_word_alone_is_what_a_longer_word_begins_with(self, api_client):
        make_product("Salt and Nougat")
        make_product("Cup", description="Not for tea.")
        assert self.products(api_client, "no") == ["Salt and Nougat"]
        assert api_client.get("/v1/products?q=no").json()["total"] == 1
