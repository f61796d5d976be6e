"""Product lists: filters, pagination, empty results, suggestions; product pages."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform


def list_params(platform: FakePlatform) -> dict[str, list[str]]:
    """The parameters of the first request for a list."""
    params = platform.catalog.requests_to("GET", "/v1/products")[0].url.params
    return {name: params.get_list(name) for name in params}


def text_of(browser: Client, address: str, **headers: str) -> str:
    response = browser.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_attribute_filters_show_their_counts(browser: Client) -> None:
    text = text_of(browser, "/shop?attr.material=stoneware")
    assert re.search(r'name="attr.material" value="stoneware" checked', text)
    assert 'Stoneware <span class="soft">(2)</span>' in text
    assert 'name="attr.height.from"' in text
    assert 'placeholder="46.5"' in text


def test_several_values_of_an_attribute_are_sent_together(browser: Client, platform: FakePlatform) -> None:
    text_of(browser, "/shop?attr.material=stoneware&attr.material=oak")
    assert list_params(platform)["attr.material"] == ["stoneware", "oak"]


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ("attr.height.from=10&attr.height.to=40", "10..40"),
        ("attr.height.from=1,5&attr.height.to=", "1.5.."),
        ("attr.height.to=40", "..40"),
    ],
)
def test_numeric_attributes_are_sent_as_a_range(browser: Client, platform: FakePlatform, query: str, span: str) -> None:
    text_of(browser, f"/shop?{query}")
    assert list_params(platform)["attr.height"] == [span]


def test_each_active_filter_has_a_chip_that_removes_it(browser: Client) -> None:
    response = browser.get("/shop?brand=kiln-co&attr.material=stoneware&attr.material=oak&cursor=abc")
    chips = {chip.text: chip.url for chip in response.context["chips"]}
    assert chips == {
        "Kiln & Co": "?attr.material=oak&attr.material=stoneware",
        "Material: Stoneware": "?attr.material=oak&brand=kiln-co",
        "Material: Oak": "?attr.material=stoneware&brand=kiln-co",
    }


def test_active_value_without_products_stays_in_the_form(browser: Client) -> None:
    text = text_of(browser, "/shop?attr.glaze=celadon")
    assert '<input type="hidden" name="attr.glaze" value="celadon">' in text


def test_pagination_keeps_filters_sort_and_page_size(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.total = 100
    text = text_of(browser, "/shop?attr.material=stoneware&sort=price&min_price=1&page=2")
    filters = "attr.material=stoneware&amp;min_price=1"
    assert f'href="?{filters}&amp;page=3&amp;sort=price" rel="next"' in text
    assert f'rel="prev" href="?{filters}&amp;sort=price"' in text
    assert list_params(platform)["page"] == ["2"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "417", "99999999999999999999", "2.5"])
def test_unusable_page_number_shows_the_first_page(browser: Client, platform: FakePlatform, number: str) -> None:
    text_of(browser, f"/shop?page={number}")
    assert "page" not in list_params(platform)


def test_every_page_can_be_reached_by_its_number(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.total = 24 * 40
    text = text_of(browser, "/shop?page=20")
    numbers = re.findall(r'<a href="\?(?:page=\d+)?"[^>]*><span class="visually-hidden">Page </span>(\d+)</a>', text)
    assert numbers == ["1", "18", "19", "20", "21", "22", "40"]


def test_empty_result_suggests_similar_searches_and_popular_products(browser: Client) -> None:
    text = text_of(browser, "/search?q=mugxyz")
    assert "Did you mean one of these?" in text
    assert 'href="/p/tall-mug"' in text
    assert "Popular right now" in text


def test_empty_filtered_result_links_to_the_search_without_filters(browser: Client) -> None:
    text = text_of(browser, "/search?q=mug&attr.material=silver")
    assert '<a class="button" href="?q=mug">Search without filters</a>' in text


def test_empty_result_is_shown_when_suggestions_fail(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("GET", "/v1/search/suggest", 503, "unavailable")
    assert "No results" in text_of(browser, "/search?q=zeppelin")


def test_collection_is_a_filterable_list(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/collections/for-evenings?in_stock=true")
    assert "<h1>For evenings</h1>" in text
    assert "<title>Warm evenings · StreamCart</title>" in text
    assert list_params(platform)["collection"] == ["for-evenings"]


def test_unknown_collection_is_not_found(browser: Client) -> None:
    assert browser.get("/collections/nothing").status_code == 404


def test_filtered_lists_are_not_indexed(browser: Client) -> None:
    assert "noindex" in text_of(browser, "/shop?attr.material=stoneware")
    plain = text_of(browser, "/shop/c/home/kitchen")
    assert "noindex" not in plain
    assert '<link rel="canonical" href="http://localhost:8000/shop/c/home/kitchen">' in plain


# --- suggestions --------------------------------------------------------------------------------------------------


def test_suggestions_include_their_urls(browser: Client) -> None:
    found = browser.get("/search/suggest?q=ki").json()["results"]
    assert {"text": "Kitchen", "note": "Category", "address": "/shop/c/home/kitchen"} in found
    assert {"text": "Kiln & Co", "note": "Brand", "address": "/shop?brand=kiln-co"} in found


def test_suggestions_need_two_letters(browser: Client, platform: FakePlatform) -> None:
    assert browser.get("/search/suggest?q=k").json()["results"] == []
    assert not platform.catalog.requests


def test_suggestions_are_empty_while_catalog_is_down(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.is_down = True
    assert browser.get("/search/suggest?q=mug").json()["results"] == []


# --- product page -------------------------------------------------------------------------------------------------


def test_sale_shows_both_prices_and_its_end(browser: Client, platform: FakePlatform) -> None:
    mug = platform.catalog.products["tall-mug"]
    mug["regular_price"] = {"amount": 2500, "currency": "EUR"}
    mug["variants"][0] |= {"regular_price": mug["regular_price"], "sale_ends_at": "2026-12-05T12:00:00Z"}
    text = text_of(browser, "/p/tall-mug")
    assert re.search('<s class="price-before">.*€25.00</s>', text)
    assert "Sale ends 5 December" in text
    assert "24% off" in text_of(browser, "/shop")


def test_preorder_shows_its_release_date(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["variants"][0] |= {
        "availability": "preorder",
        "available": 0,
        "available_on": "2099-03-01",
    }
    text = text_of(browser, "/p/tall-mug")
    assert "Pre-order now, available from 1 March 2099" in text
    assert "Add to cart" in text


def test_images_are_offered_in_several_formats(browser: Client, platform: FakePlatform) -> None:
    mug = platform.catalog.products["tall-mug"]
    mug["images"][0]["sources"] = [
        {
            "type": f"image/{form}",
            "srcset": [{"url": f"http://localhost:8000/media/m-{w}.{form}", "width": w} for w in (320, 960)],
        }
        for form in ("avif", "webp", "jpeg")
    ]
    text = text_of(browser, "/p/tall-mug")
    assert '<source type="image/avif" srcset="/media/m-320.avif 320w, ' in text
    assert '<img src="/media/m-960.jpeg"' in text
    assert 'type="image/jpeg"' not in text


def test_brand_links_to_its_products(browser: Client) -> None:
    assert '<a href="/shop?brand=kiln-co">Kiln &amp; Co</a>' in text_of(browser, "/p/tall-mug")


def test_histogram_shows_the_count_of_each_rating(browser: Client) -> None:
    text = text_of(browser, "/p/tall-mug")
    assert re.search(r"<dt>5 stars</dt><dd><meter[^>]*value=\"1\"", text)


def test_structured_data_describes_the_product(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["title"] = "</script><b>Mug"
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
