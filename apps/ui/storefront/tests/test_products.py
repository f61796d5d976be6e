"""Product and film pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform, catalog

FILM_FACTS = {
    "runtime_seconds": 5640,
    "languages": ["de"],
    "captions": ["en"],
    "trailer_url": None,
    "available_countries": [],
    "is_available": True,
}


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def option(name: str, value: str) -> dict[str, str]:
    return {"name": name, "label": name, "value": value.lower(), "value_label": value}


@pytest.fixture
def shirt(platform: FakePlatform) -> dict[str, Any]:
    """A shirt in two colours and two sizes, without the small blue one; the large red one is sold out."""
    front, blue = catalog.image("shirt"), catalog.image("shirt-blue")
    variants = [
        catalog.variant("RED-S", "Red, S", 2000, options=[option("Colour", "Red"), option("Size", "S")]),
        catalog.variant(
            "RED-L",
            "Red, L",
            2000,
            availability="out_of_stock",
            available=0,
            options=[option("Colour", "Red"), option("Size", "L")],
        ),
        catalog.variant("BLUE-L", "Blue, L", 2200, image=blue, options=[option("Colour", "Blue"), option("Size", "L")]),
    ]
    platform.catalog.products["shirt"] = catalog.product("shirt", "Shirt", variants=variants, images=[front, blue])
    return platform.catalog.products["shirt"]


# --- prices, stock, images ----------------------------------------------------------------------------------------


def test_sale_shows_both_prices_and_its_end(browser: Client, platform: FakePlatform) -> None:
    mug = platform.catalog.products["tall-mug"]
    mug["regular_price"] = {"amount": 2500, "currency": "EUR"}
    mug["variants"][0] |= {"regular_price": mug["regular_price"], "sale_ends_at": "2026-12-05T12:00:00Z"}
    mug["variants"][0]["lowest_price_30_days"] = {"amount": 2300, "currency": "EUR"}
    text = text_of(browser, "/p/tall-mug")
    assert re.search('<s class="price-before">.*€25.00</s>', text)
    assert "Sale ends 5 December" in text
    assert "Lowest price in the last 30 days: €23.00" in text
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
    assert re.search(r">5 stars</span><meter[^>]*value=\"1\"", text)


def test_links_lead_to_the_pages_about_delivery_and_returns(browser: Client) -> None:
    text = text_of(browser, "/p/tall-mug")
    assert '<a href="/pages/shipping">Delivery times and costs</a>' in text
    assert '<a href="/pages/returns">How to return something</a>' in text


# --- options ------------------------------------------------------------------------------------------------------


def sku_of(text: str) -> str:
    (sku,) = re.findall(r'<input type="hidden" name="sku" value="([^"]+)">', text)
    return sku


@pytest.mark.usefixtures("shirt")
def test_variant_of_the_address_is_shown_and_bought(browser: Client) -> None:
    assert sku_of(text_of(browser, "/p/shirt")) == "RED-S"
    text = text_of(browser, "/p/shirt?sku=BLUE-L")
    assert sku_of(text) == "BLUE-L"
    assert re.search(r'<p class="price">€22.00\s*</p>', text)
    assert "Item number: BLUE-L" in text
    assert text.index("shirt-blue.webp") < text.index("/shirt.webp", text.index("gallery-images"))


@pytest.mark.usefixtures("shirt")
def test_choice_leads_to_the_variant_that_differs_least(browser: Client) -> None:
    text = text_of(browser, "/p/shirt")
    assert re.search(r'href="/p/shirt\?sku=BLUE-L"[^>]*>Blue</a>', text), "there is no small blue one"
    assert re.search(r'href="/p/shirt\?sku=RED-L"[^>]* class="option-off">L<', text), "the large red one is sold out"
    assert re.search(r'href="/p/shirt"[^>]* aria-current="true">Red</a>', text)
    blue = text_of(browser, "/p/shirt?sku=BLUE-L")
    assert re.search(r'href="/p/shirt"[^>]*>S</a>', blue)


@pytest.mark.usefixtures("shirt")
def test_sold_out_variant_can_be_looked_at_but_not_bought(browser: Client) -> None:
    text = text_of(browser, "/p/shirt?sku=RED-L")
    assert "Sold out. We hope to have it back soon." in text
    assert "Add to cart" not in text


@pytest.mark.usefixtures("shirt")
@pytest.mark.parametrize("sku", ["NOTHING", "MUG-1", "<b>", "%00"])
def test_unknown_variant_shows_the_default_one(browser: Client, sku: str) -> None:
    response = browser.get(f"/p/shirt?sku={sku}")
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert sku_of(response.content.decode()) == "RED-S"


@pytest.mark.usefixtures("shirt")
def test_page_of_a_variant_has_the_address_of_the_product_for_search_engines(browser: Client) -> None:
    assert '<link rel="canonical" href="http://localhost:8000/p/shirt">' in text_of(browser, "/p/shirt?sku=BLUE-L")


def test_variants_without_options_are_chosen_by_their_names(browser: Client) -> None:
    text = text_of(browser, "/p/linen-throw")
    assert "Version: <strong>Sand</strong>" in text
    assert re.search(r'href="/p/linen-throw\?sku=THROW-I"[^>]*>Ink<', text)


def test_product_with_one_variant_has_nothing_to_choose(browser: Client) -> None:
    assert 'class="options"' not in text_of(browser, "/p/tall-mug")


def test_reviews_keep_the_variant(browser: Client, shirt: dict[str, Any]) -> None:
    assert 'href="/p/shirt?sku=BLUE-L&amp;rating=4#reviews"' in text_of(browser, "/p/shirt?sku=BLUE-L")


# --- films --------------------------------------------------------------------------------------------------------


def test_film_page_lists_other_films_of_its_directors(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/p/nosferatu")
    section = text.partition("More by F. W. Murnau")[2].partition("</section>")[0]
    assert 'href="/p/metropolis"' in section
    assert 'href="/p/nosferatu"' not in section
    asked = platform.catalog.requests_to("GET", "/v1/products")[-1].url.params
    assert asked["attr.director"] == "F. W. Murnau"


def test_film_without_others_of_its_director_has_no_such_row(browser: Client, platform: FakePlatform) -> None:
    del platform.catalog.products["metropolis"]
    assert "More by" not in text_of(browser, "/p/nosferatu")


def test_film_page_works_without_the_films_of_its_directors(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("GET", "/v1/products", 400, "invalid-input")
    assert "Directed by F. W. Murnau" in text_of(browser, "/p/nosferatu")


def test_runtime_is_that_of_the_catalogue_and_not_of_the_clip(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/p/nosferatu")
    assert "1 h 34 min" not in text
    runtime = {"name": "runtime", "label": "Runtime", "value": "94 min", "kind": "number", "unit": "min"}
    platform.catalog.products["nosferatu"]["attributes"].append(runtime)
    assert "<span>94 min</span>" in text_of(browser, "/p/nosferatu")


def test_film_page_names_its_people_and_whom_they_play(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/p/nosferatu")
    assert "Max Schreck</a> (Orlok)" in text
    assert "q=Max%20Schreck" in text
    assert "FSK 12" in text
    assert "<dt>Regie</dt>" in text_of(browser, "/de/p/nosferatu")


def test_film_page_shows_the_ratings_of_other_countries_where_the_shopper_has_none(
    browser: Client, platform: FakePlatform
) -> None:
    ratings = [{"country": "GB", "board": "BBFC", "label": "PG", "minimum_age": 8}]
    platform.video.titles["nosferatu"]["age_ratings"] = ratings
    assert "BBFC PG" in text_of(browser, "/p/nosferatu")


def test_film_page_says_in_which_countries_a_film_can_be_watched(browser: Client, platform: FakePlatform) -> None:
    assert "Can be watched in" not in text_of(browser, "/p/nosferatu")
    platform.catalog.products["nosferatu"]["film"] = FILM_FACTS | {"available_countries": ["DE", "AT"]}
    assert "Can be watched in: Austria and Germany." in text_of(browser, "/p/nosferatu")
    assert "Verfügbar in: Deutschland und Österreich." in text_of(browser, "/de/p/nosferatu")


def test_plan_is_not_offered_for_a_film_that_is_outside_its_time(browser: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"]["packages"] = ["plus"]
    assert "Included in StreamCart Plus" in text_of(browser, "/p/nosferatu")
    platform.catalog.products["nosferatu"]["film"] = FILM_FACTS | {"is_available": False}
    assert "Included in StreamCart Plus" not in text_of(browser, "/p/nosferatu")


def artwork(name: str, *, width: int, height: int) -> dict[str, Any]:
    url = f"http://localhost:8000/media/video/posters/artwork/{name}"
    srcset = [{"url": f"{url}-{size}.webp", "width": size} for size in (640, width)]
    return {"id": 1, "url": f"{url}-{width}.webp", "width": width, "height": height, "srcset": srcset}


def test_film_stands_before_its_backdrop_under_its_logo(browser: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"] |= {
        "backdrop": artwork("backdrop", width=1280, height=720),
        "logo": artwork("logo", width=900, height=300),
    }
    text = text_of(browser, "/p/nosferatu")
    assert 'class="film-backdrop" src="http://localhost:8000/media/video/posters/artwork/backdrop-1280.webp"' in text
    assert "backdrop-640.webp 640w, " in text
    heading = text.partition("<h1")[2].partition("</h1>")[0]
    assert 'alt="Nosferatu"' in heading
    assert "film-glow" not in text


def test_film_without_artwork_stands_in_the_light_of_its_poster(browser: Client, platform: FakePlatform) -> None:
    text = text_of(browser, "/p/nosferatu")
    assert "<h1>Nosferatu</h1>" in text
    assert "film-glow" in text
    assert "film-backdrop" not in text


def test_trailer_is_a_silent_video_with_controls(browser: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"]["trailer_url"] = "http://localhost:8000/media/video/posters/trailers/x.mp4"
    text = text_of(browser, "/p/nosferatu")
    video = text.partition("<video")[2].partition(">")[0]
    assert "posters/trailers/x.mp4" in video
    assert {"controls", "muted", "playsinline"} <= set(video.split())
    assert ".webp" in video.partition('poster="')[2].partition('"')[0]


def test_trailer_waits_behind_the_backdrop_that_is_there_anyway(browser: Client, platform: FakePlatform) -> None:
    platform.video.titles["nosferatu"] |= {
        "trailer_url": "http://localhost:8000/media/video/posters/trailers/x.mp4",
        "backdrop": artwork("backdrop", width=1280, height=720),
    }
    video = text_of(browser, "/p/nosferatu").partition("<video")[2].partition(">")[0]
    assert 'poster="http://localhost:8000/media/video/posters/artwork/backdrop-1280.webp"' in video


def test_film_without_a_trailer_has_no_video(browser: Client, platform: FakePlatform) -> None:
    assert "<video" not in text_of(browser, "/p/nosferatu")


def test_film_page_works_while_video_is_away(browser: Client, platform: FakePlatform) -> None:
    platform.video.refuse("GET", "/v1/titles/nosferatu", 503, "unavailable")
    text = text_of(browser, "/p/nosferatu")
    assert "Directed by F. W. Murnau" in text
    assert "<video" not in text


def test_episodes_stand_below_their_seasons(browser: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.catalog.products["nosferatu"]["title_slug"] = "serial"
    text = text_of(browser, "/p/nosferatu")
    second = text.partition("<summary>Season 2</summary>")[2].partition("</details>")[0]
    assert '<li value="1"><strong>Episode 2.1</strong> <span class="soft">1 h 34 min</span>' in second
    assert "Episode 1.1" not in second


def test_episodes_that_are_not_released_yet_say_when_they_are(browser: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.catalog.products["nosferatu"]["title_slug"] = "serial"
    platform.video.titles["serial-2-1"]["available_from"] = "2999-12-24T18:00:00Z"
    text = text_of(browser, "/p/nosferatu")
    second = text.partition("<summary>Season 2</summary>")[2].partition("</details>")[0]
    first, last = second.split("Episode 2.2")
    assert "Available from" in first
    assert "24 December 2999, 18:00 UTC" in first
    assert "1 h 34 min" in last


# --- moved and withdrawn ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/de"])
def test_renamed_product_redirects_for_good(browser: Client, platform: FakePlatform, language: str) -> None:
    platform.catalog.move("old-mug", "tall-mug")
    response = browser.get(f"{language}/p/old-mug")
    assert (response.status_code, response["Location"]) == (301, f"{language}/p/tall-mug")


def test_other_pages_of_a_renamed_product_redirect_to_it(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.move("old-mug", "tall-mug")
    assert ada.get("/p/old-mug/reviews/write")["Location"] == "/p/tall-mug"
    response = ada.post("/wishlist/cart/old-mug")
    assert (response.status_code, response["Location"]) == (302, "/p/tall-mug")


def test_product_that_is_no_longer_sold_offers_others_and_a_search(browser: Client, platform: FakePlatform) -> None:
    del platform.catalog.products["tall-mug"]
    platform.catalog.refuse("GET", "/v1/products/tall-mug", 410, "product-withdrawn", "No longer sold.")
    response = browser.get("/p/tall-mug")
    text = response.content.decode()
    assert response.status_code == 410
    assert "This product is no longer available" in text
    assert 'href="/p/linen-throw"' in text
    assert 'role="search"' in text


def test_product_that_was_shown_and_is_withdrawn_is_gone_at_once(browser: Client, platform: FakePlatform) -> None:
    text_of(browser, "/p/tall-mug")
    platform.catalog.refuse("GET", "/v1/products/tall-mug", 410, "product-withdrawn", "No longer sold.")
    assert browser.get("/p/tall-mug").status_code == 410


def test_product_page_says_when_a_parcel_would_arrive(browser: Client, platform: FakePlatform) -> None:
    text = browser.get("/p/tall-mug").content.decode()
    assert "Delivery to Germany:" in text
    assert "from €4.90" in text
    assert "Versand nach Deutschland:" in browser.get("/de/p/tall-mug").content.decode()
    assert "Delivery to" not in browser.get("/p/nosferatu").content.decode()
    assert len(platform.payment.requests_to("GET", "/v1/shipping-methods")) == 2


def test_product_page_does_without_dates_while_payment_is_down(browser: Client, platform: FakePlatform) -> None:
    platform.payment.is_down = True
    response = browser.get("/p/tall-mug")
    assert response.status_code == 200
    assert "Delivery to" not in response.content.decode()
