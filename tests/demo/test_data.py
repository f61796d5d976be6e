"""The demo's data holds together: what the importers and the pages take for granted."""

from __future__ import annotations

import re
from collections import Counter

from house.demo import data
from house.demo.art import posters, stage
from house.demo.clips import SECONDS

CATALOGUE = data.catalogue()
PRODUCTS = CATALOGUE["products"]
GOODS = [product for product in PRODUCTS if product["kind"] == "goods"]
VARIANTS = [variant for product in PRODUCTS for variant in product["variants"]]
WORDS_OF_PLACEHOLDERS = re.compile(r"lorem|ipsum|todo|placeholder|tbd", re.IGNORECASE)


def test_there_are_48_goods_in_8_categories_and_12_films():
    counts = Counter(product["category"] for product in GOODS)
    assert len(GOODS) >= 48
    assert len(counts) == 8
    assert min(counts.values()) >= 6
    assert len(data.films()) == 12


def test_every_product_stands_in_a_category_that_exists():
    assert {product["category"] for product in PRODUCTS} <= {entry["path"] for entry in CATALOGUE["categories"]}


def test_slugs_and_skus_are_unique():
    assert max(Counter(product["slug"] for product in PRODUCTS).values()) == 1
    assert max(Counter(variant["sku"] for variant in VARIANTS).values()) == 1


def test_slugs_and_skus_fit_in_an_address():
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", product["slug"]) for product in PRODUCTS)
    assert all(re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", variant["sku"]) for variant in VARIANTS)


def test_every_variant_has_a_price_in_euro():
    assert all(variant["price"]["amount"] > 0 and variant["price"]["currency"] == "EUR" for variant in VARIANTS)


def test_goods_weigh_something_and_films_do_not_run_out():
    assert all(variant["weight_grams"] > 0 for product in GOODS for variant in product["variants"])
    films = [product for product in PRODUCTS if product["kind"] == "video"]
    assert all(variant["stock"] is None for product in films for variant in product["variants"])


def test_some_goods_are_low_and_one_is_out_of_stock():
    stocks = [variant["stock"] for product in GOODS for variant in product["variants"]]
    assert 0 in stocks
    assert any(0 < stock <= 5 for stock in stocks)


def test_a_handful_is_featured():
    assert 3 <= sum(product["featured"] for product in GOODS) <= 8


def test_every_product_has_words_of_its_own():
    for product in PRODUCTS:
        assert product["summary"].endswith((".", "!", "?", "…")), product["slug"]
        assert not WORDS_OF_PLACEHOLDERS.search(f"{product['title']} {product['summary']} {product['description']}")
    assert max(Counter(product["summary"] for product in PRODUCTS).values()) == 1
    assert all(len(product["description"]) > 60 for product in GOODS)


def test_every_product_is_drawn():
    assert {product["slug"] for product in GOODS} == set(stage.LOOKS)
    assert {film["slug"] for film in data.films()} == set(posters.POSTERS)


def test_no_two_goods_look_the_same():
    assert max(Counter(look.draw for look in stage.LOOKS.values()).values()) == 1


def test_every_film_can_be_bought_and_rented():
    for product in PRODUCTS:
        if product["kind"] == "video":
            offers = {variant["offer"]: variant["rental_hours"] for variant in product["variants"]}
            assert offers == {"buy": None, "rent": 48}
            assert product["title_slug"] == product["slug"]


def test_film_facts_are_complete():
    for film in data.films():
        assert 1895 <= film["year"] <= 1968
        assert film["directors"]
        assert len(film["cast"]) >= 3
        assert len(film["synopsis"]) > 80
        assert all(re.fullmatch(r"[a-z]{2}", language) for language in film["languages"])


def test_captions_follow_each_other_within_the_clip():
    for film in data.films():
        text = data.captions(film)
        assert text.startswith("WEBVTT\n\n")
        times = [float(seconds) for seconds in re.findall(r"00:00:(\d\d\.\d{3})", text)]
        assert len(times) == 2 * len(film["cues"])
        assert times == sorted(times)
        assert times[-1] < SECONDS


def test_reviews_are_of_products_that_exist_and_differ():
    reviews = CATALOGUE["reviews"]
    assert len(reviews) >= 55
    assert {review["product"] for review in reviews} <= {product["slug"] for product in PRODUCTS}
    assert {review["rating"] for review in reviews} <= set(range(1, 6))
    assert len({review["rating"] for review in reviews}) >= 4
    keys = Counter((review["product"], review["author_name"], review["title"]) for review in reviews)
    assert max(keys.values()) == 1
    assert max(Counter(review["body"] for review in reviews).values()) == 1


def test_orders_are_of_variants_that_exist_and_customers_that_can_receive_them():
    skus = {variant["sku"] for variant in VARIANTS}
    customers = {user["email"] for user in data.users()}
    for email, lines in data.ORDERS:
        assert email in customers
        assert email in data.ADDRESSES
        assert {sku for sku, _ in lines} <= skus
