"""Lists: what narrows them, how it is taken away again, and what shows when nothing is left."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakeHouse


def asked(house: FakeHouse) -> dict[str, list[str]]:
    """The query of the first list that catalog was asked for."""
    params = house.catalog.asked("GET", "/v1/products")[0].url.params
    return {name: params.get_list(name) for name in params}


def text_of(browser: Client, address: str, **headers: str) -> str:
    response = browser.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_attributes_are_offered_with_their_counts(browser: Client) -> None:
    text = text_of(browser, "/shop?attr.material=stoneware")
    assert re.search(r'name="attr.material" value="stoneware" checked', text)
    assert 'Stoneware <span class="soft">(2)</span>' in text
    assert 'name="attr.height.from"' in text
    assert 'placeholder="46.5"' in text


def test_several_answers_are_asked_for_together(browser: Client, house: FakeHouse) -> None:
    text_of(browser, "/shop?attr.material=stoneware&attr.material=oak")
    assert asked(house)["attr.material"] == ["stoneware", "oak"]


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ("attr.height.from=10&attr.height.to=40", "10..40"),
        ("attr.height.from=1,5&attr.height.to=", "1.5.."),
        ("attr.height.to=40", "..40"),
    ],
)
def test_numbers_are_asked_for_as_a_range(browser: Client, house: FakeHouse, query: str, span: str) -> None:
    text_of(browser, f"/shop?{query}")
    assert asked(house)["attr.height"] == [span]


def test_each_filter_in_use_can_be_taken_away_alone(browser: Client) -> None:
    response = browser.get("/shop?brand=kiln-co&attr.material=stoneware&attr.material=oak&cursor=abc")
    chips = {chip.text: chip.address for chip in response.context["chips"]}
    assert chips == {
        "Kiln & Co": "?attr.material=stoneware&attr.material=oak",
        "Material: Stoneware": "?brand=kiln-co&attr.material=oak",
        "Material: Oak": "?brand=kiln-co&attr.material=stoneware",
    }


def test_what_is_no_longer_offered_stays_in_the_form(browser: Client) -> None:
    text = text_of(browser, "/shop?attr.glaze=celadon")
    assert '<input type="hidden" name="attr.glaze" value="celadon">' in text


def test_other_pages_keep_filters_order_and_size(browser: Client, house: FakeHouse) -> None:
    link = "http://catalog.test/v1/products?cursor=abc"
    house.catalog.next_page = link
    text = text_of(browser, "/shop?attr.material=stoneware&sort=price&limit=48&min_price=1")
    assert 'href="?attr.material=stoneware&amp;sort=price&amp;limit=48&amp;min_price=1&amp;cursor=abc"' in text


def test_a_page_is_as_large_as_offered_and_no_other(browser: Client, house: FakeHouse) -> None:
    text_of(browser, "/shop?limit=5000")
    assert asked(house)["limit"] == ["24"]


def test_nothing_found_says_what_was_perhaps_meant(browser: Client) -> None:
    text = text_of(browser, "/search?q=mugxyz")
    assert "Did you mean one of these?" in text
    assert 'href="/p/tall-mug"' in text
    assert "What others like" in text


def test_nothing_left_by_filters_leads_out_of_them(browser: Client) -> None:
    text = text_of(browser, "/search?q=mug&attr.material=silver")
    assert '<a class="button" href="?q=mug">Search without filters</a>' in text


def test_without_suggestions_nothing_found_is_still_a_page(browser: Client, house: FakeHouse) -> None:
    house.catalog.refuse("GET", "/v1/search/suggest", 503, "unavailable")
    assert "Nothing matches" in text_of(browser, "/search?q=zeppelin")


def test_a_collection_is_a_list_of_its_own(browser: Client, house: FakeHouse) -> None:
    text = text_of(browser, "/collections/for-evenings?in_stock=true")
    assert "<h1>For evenings</h1>" in text
    assert "<title>Warm evenings · StreamCart</title>" in text
    assert asked(house)["collection"] == ["for-evenings"]


def test_a_collection_that_is_not_there_is_a_kind_404(browser: Client) -> None:
    assert browser.get("/collections/nothing").status_code == 404


def test_narrowed_lists_are_kept_out_of_search_engines(browser: Client) -> None:
    assert "noindex" in text_of(browser, "/shop?attr.material=stoneware")
    plain = text_of(browser, "/shop/c/home/kitchen")
    assert "noindex" not in plain
    assert '<link rel="canonical" href="http://localhost:8000/shop/c/home/kitchen">' in plain


# --- suggestions --------------------------------------------------------------------------------------------------


def test_completions_say_where_they_lead(browser: Client) -> None:
    found = browser.get("/search/suggest?q=ki").json()["results"]
    assert {"text": "Kitchen", "kind": "category", "address": "/shop/c/home/kitchen"} in found
    assert {"text": "Kiln & Co", "kind": "brand", "address": "/shop?brand=kiln-co"} in found


def test_one_letter_is_not_asked_for(browser: Client, house: FakeHouse) -> None:
    assert browser.get("/search/suggest?q=k").json()["results"] == []
    assert not house.catalog.requests


def test_completions_are_none_while_catalog_is_down(browser: Client, house: FakeHouse) -> None:
    house.catalog.is_down = True
    assert browser.get("/search/suggest?q=mug").json()["results"] == []


# --- language -----------------------------------------------------------------------------------------------------


def test_catalog_is_asked_in_the_browsers_language(browser: Client, house: FakeHouse) -> None:
    text = text_of(browser, "/p/tall-mug", **{"accept-language": "de-AT,en;q=0.5"})
    assert {request.headers["Accept-Language"] for request in house.catalog.asked("GET", "/v1/products/[^/]+")} == {
        "de"
    }
    assert '<h1 lang="de">Tall mug</h1>' in text
    assert '<html lang="en">' in text


def test_a_chosen_language_is_kept(browser: Client, house: FakeHouse) -> None:
    response = browser.post("/language", {"language": "de", "next": "/p/tall-mug"})
    assert response["Location"] == "/p/tall-mug"
    text_of(browser, "/p/tall-mug", **{"accept-language": "en"})
    assert house.catalog.requests[0].headers["Accept-Language"] == "de"


@pytest.mark.parametrize("code", ["fr", "", "../x"])
def test_a_language_that_the_shop_lacks_is_not_kept(browser: Client, code: str) -> None:
    assert "shop_language" not in browser.post("/language", {"language": code}).cookies


def test_choosing_a_language_leads_nowhere_else(browser: Client) -> None:
    assert browser.post("/language", {"language": "de", "next": "//evil.example"})["Location"] == "/"


def test_languages_do_not_share_what_is_kept(browser: Client, house: FakeHouse) -> None:
    text_of(browser, "/p/tall-mug")
    text_of(browser, "/p/tall-mug", **{"accept-language": "de"})
    _, second = house.catalog.asked("GET", "/v1/products/tall-mug")
    assert "If-None-Match" not in second.headers


# --- a product's page -----------------------------------------------------------------------------------------------


def test_a_sale_shows_both_prices_and_its_end(browser: Client, house: FakeHouse) -> None:
    mug = house.catalog.products["tall-mug"]
    mug["regular_price"] = {"amount": 2500, "currency": "EUR"}
    mug["variants"][0] |= {"regular_price": mug["regular_price"], "sale_ends_at": "2026-12-05T12:00:00Z"}
    text = text_of(browser, "/p/tall-mug")
    assert re.search(r"<s class=\"price-before\">.*25.00 €</s>", text)
    assert "Reduced until 5 December" in text
    assert "24 % off" in text_of(browser, "/shop")


def test_what_comes_later_says_when(browser: Client, house: FakeHouse) -> None:
    house.catalog.products["tall-mug"]["variants"][0] |= {
        "availability": "preorder",
        "available": 0,
        "available_on": "2099-03-01",
    }
    text = text_of(browser, "/p/tall-mug")
    assert "Comes out on 1 March 2099, order it now" in text
    assert "Put into the cart" in text


def test_browsers_choose_among_formats(browser: Client, house: FakeHouse) -> None:
    mug = house.catalog.products["tall-mug"]
    mug["images"][0]["sources"] = [
        {
            "type": f"image/{form}",
            "srcset": [{"url": f"http://localhost:8000/media/m-{w}.{form}", "width": w} for w in (320, 960)],
        }
        for form in ("avif", "webp", "jpeg")
    ]
    text = text_of(browser, "/p/tall-mug")
    assert '<source type="image/avif" srcset="http://localhost:8000/media/m-320.avif 320w, ' in text
    assert '<img src="http://localhost:8000/media/m-960.jpeg"' in text
    assert 'type="image/jpeg"' not in text


def test_the_brand_leads_to_all_of_it(browser: Client) -> None:
    assert '<a href="/shop?brand=kiln-co">Kiln &amp; Co</a>' in text_of(browser, "/p/tall-mug")


def test_stars_are_told_apart(browser: Client) -> None:
    text = text_of(browser, "/p/tall-mug")
    assert re.search(r"<dt>5 stars</dt><dd><meter[^>]*value=\"1\"", text)


def test_search_engines_read_what_the_page_says(browser: Client, house: FakeHouse) -> None:
    house.catalog.products["tall-mug"]["title"] = "</script><b>Mug"
    text = text_of(browser, "/p/tall-mug")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    data = json.loads(block)
    assert data["name"] == "</script><b>Mug"
    assert data["offers"][0] == {
        "@type": "Offer",
        "sku": "MUG-1",
        "name": "Moss",
        "url": "http://localhost:8000/p/tall-mug",
        "price": "19.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }
    assert data["aggregateRating"]["reviewCount"] == 2
