"""The demo's data holds together: what the importers and the pages take for granted."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime

from apps.common.testing.iteration import some
from devtools.demo import data
from devtools.demo.art import draw, posters, stage, views
from devtools.demo.clips import SECONDS
from devtools.demo.data.files import translations
from devtools.demo.data.pictures import FIRST_VARIANTS, colour_variants
from devtools.project import ROOT, shop_setting

CATALOGUE = data.catalogue()
ATTRIBUTES = {entry["code"]: entry for entry in CATALOGUE["attributes"]}
PRODUCTS = CATALOGUE["products"]
GOODS = [product for product in PRODUCTS if product["kind"] == "goods"]
VARIANTS = [variant for product in PRODUCTS for variant in product["variants"]]
WORDS_OF_PLACEHOLDERS = re.compile(r"lorem|ipsum|todo|placeholder|tbd", re.IGNORECASE)


def test_there_are_48_goods_in_8_categories_and_12_films():
    counts = Counter(product["category"].partition("/")[0] for product in GOODS)
    assert len(GOODS) >= 48
    assert len(counts) == 8
    assert min(counts.values()) >= 6
    assert len(data.films()) == 12


def test_there_is_a_series_of_one_season_with_three_episodes():
    [entry] = data.series()
    parts = [title for title in data.titles() if title["slug"].startswith(entry["slug"])]
    assert [part["kind"] for part in parts] == ["series", "season", "episode", "episode", "episode"]
    assert [part.get("parent") for part in parts] == [None, entry["slug"], *[entry["season"]["slug"]] * 3]
    assert all(part["translations"]["de"]["name"] for part in parts)
    episodes = parts[2:]
    assert [episode["number"] for episode in episodes] == [1, 2, 3]
    assert all("source" in episode for episode in episodes)
    assert not any("source" in part for part in parts[:2])
    times = [(episode["intro_start"], episode["intro_end"], episode["credits_start"], SECONDS) for episode in episodes]
    assert all(list(each) == sorted(set(each)) for each in times)
    assert [product["slug"] for product in PRODUCTS if product.get("title_slug") == entry["slug"]] == [entry["slug"]]


def test_every_product_stands_in_a_category_that_exists():
    assert {product["category"] for product in PRODUCTS} <= {entry["path"] for entry in CATALOGUE["categories"]}


def test_categories_have_two_levels_and_none_is_empty():
    paths = {entry["path"] for entry in CATALOGUE["categories"]}
    below = {path for path in paths if "/" in path}
    assert {path.partition("/")[0] for path in below} == paths - below
    assert {product["category"] for product in PRODUCTS} == below


def test_every_product_has_further_pictures_that_are_drawn_and_described_in_both_languages():
    drawn = {f"{name}.webp" for name in draw.scenes()}
    for product in some(PRODUCTS):
        files = [image["file"] for image in product["images"]]
        assert files, product["slug"]
        assert {product["image"], *files} <= drawn
        assert all(image["alt"] and image["translations"]["de"]["alt"] for image in product["images"])


def test_variants_in_several_colours_have_pictures_of_their_own():
    coloured = [variant for variant in VARIANTS if "Colour" in variant.get("options", {})]
    shown = [variant["image"] for variant in coloured if "image" in variant]
    assert len(shown) > 20
    assert len(set(shown)) == len(shown)
    mug = next(product for product in GOODS if product["slug"] == "stoneware-mug")
    assert [variant["image"] for variant in mug["variants"]] == [
        f"stoneware-mug{name}.webp" for name in ("", ".moss", ".milk")
    ]


def test_first_picture_has_the_colour_of_the_variant_that_it_shows():
    for good in some(good for good in data.goods() if good["slug"] in FIRST_VARIANTS):
        name = dict(colour_variants(good))[FIRST_VARIANTS[good["slug"]]]
        assert views.difference(stage.LOOKS[good["slug"]].main, views.COLOURS[name]) < 60, good["slug"]
    assert FIRST_VARIANTS.keys() == {good["slug"] for good in data.goods() if colour_variants(good)}


def test_slugs_and_skus_are_unique():
    assert max(Counter(product["slug"] for product in PRODUCTS).values()) == 1
    assert max(Counter(variant["sku"] for variant in VARIANTS).values()) == 1


def test_slugs_and_skus_fit_in_an_address():
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", product["slug"]) for product in some(PRODUCTS))
    assert all(re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", variant["sku"]) for variant in some(VARIANTS))


def test_every_variant_has_a_price_in_each_currency_of_the_shop():
    currencies = {tuple(price["currency"] for price in variant["prices"]) for variant in VARIANTS}
    assert currencies == {shop_setting("SHOP_CURRENCIES")}
    assert min(price["amount"] for variant in VARIANTS for price in variant["prices"]) > 0


def test_goods_weigh_something_and_films_do_not_run_out():
    assert min(variant["weight_grams"] for product in GOODS for variant in product["variants"]) > 0
    films = [product for product in PRODUCTS if product["kind"] == "video"]
    assert {variant["stock"] for product in films for variant in product["variants"]} == {None}


def test_some_goods_are_low_and_one_is_out_of_stock():
    stocks = [variant["stock"] for product in GOODS for variant in product["variants"]]
    assert 0 in stocks
    assert any(0 < stock <= 5 for stock in stocks)


def test_plans_include_films_and_have_prices_in_every_currency():
    packages = {name for film in data.titles() for name in film.get("packages", [])}
    assert {plan["package"] for plan in data.plans()} == packages
    assert all(set(plan["prices"]) == {"EUR", "USD"} for plan in data.plans())
    assert all(set(plan["names"]) == set(plan["descriptions"]) == {"en", "de"} for plan in data.plans())


def test_vouchers_name_categories_that_exist():
    categories = {path for voucher in data.vouchers() for path in voucher.get("categories", [])}
    assert categories
    assert categories <= {entry["path"] for entry in CATALOGUE["categories"]}


def test_about_page_names_the_code_of_every_voucher():
    page = (ROOT / "apps/ui/storefront/templates/storefront/about.html").read_text()
    codes = [voucher["codes"][0] for voucher in data.vouchers()]
    assert re.findall(r"<td><code>([A-Z0-9-]+)</code></td>", page) == codes


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
    assert {film["slug"] for film in data.films_and_series()} == set(posters.POSTERS)


def test_no_two_goods_look_the_same():
    assert max(Counter(look.draw for look in stage.LOOKS.values()).values()) == 1


def test_every_film_can_be_bought_and_rented():
    for product in some(product for product in PRODUCTS if product["kind"] == "video"):
        offers = {variant["offer"]: variant["rental_hours"] for variant in product["variants"]}
        assert offers == {"buy": None, "rent": 48}
        assert product["title_slug"] == product["slug"]


def test_film_facts_are_complete():
    for film in some(data.films_and_series()):
        assert 1895 <= film["year"] <= 1968
        assert film["directors"]
        assert len(film["cast"]) >= 3
        assert len(film["synopsis"]) > 80
        assert 10 <= film["runtime"] <= 160
        assert film["runtime_source"].startswith("https://")
        assert all(re.fullmatch(r"[a-z]{2}", language) for language in film["languages"])
        sources = film.get("age_ratings_source", [])
        assert len(sources) == len(film.get("age_ratings", {})), film["slug"]
        assert all(source.startswith("http") for source in sources)


def test_each_film_has_a_trailer_stills_and_texts_in_both_languages():
    titles = {title["slug"]: title for title in data.titles()}
    for film in some(data.films()):
        title, trailer = titles[film["slug"]], titles[f"{film['slug']}-trailer"]
        assert (trailer["kind"], trailer["parent"]) == ("trailer", film["slug"])
        assert set(title["translations"]["de"]) == {"name", "tagline", "synopsis"}
        assert title["backdrop"] in title["stills"]


def test_characters_are_played_by_the_cast():
    for film in some([film for film in data.films_and_series() if "characters" in film]):
        assert set(film["characters"]) <= set(film["cast"])
    roles = {credit["role"] for title in data.titles() for credit in title.get("credits", [])}
    assert {"director", "cast"} < roles


def test_films_have_the_runtime_of_the_film_and_not_of_the_clip():
    runtimes = {product["slug"]: product["attributes"]["runtime"] for product in PRODUCTS if product["kind"] == "video"}
    assert runtimes["metropolis"] == 153
    assert min(runtimes.values()) * 60 > SECONDS
    assert (ATTRIBUTES["runtime"]["kind"], ATTRIBUTES["runtime"]["unit"]) == ("number", "min")


def test_captions_follow_each_other_within_the_clip():
    for film in some([*data.films(), *data.episodes()]):
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


def test_every_product_has_the_attributes_that_its_type_requires_and_only_those_it_asks_for():
    types = {entry["slug"]: entry["attributes"] for entry in CATALOGUE["product_types"]}
    for product in some(PRODUCTS):
        asked = types[product["type"]]
        assert product["attributes"].keys() <= {line["code"] for line in asked}, product["slug"]
        assert product["attributes"].keys() >= {line["code"] for line in asked if line["required"]}, product["slug"]


def test_attribute_values_have_the_kind_of_their_attribute():
    values = some(
        (product["slug"], code, value) for product in PRODUCTS for code, value in product["attributes"].items()
    )
    for slug, code, value in values:
        kind = ATTRIBUTES[code]["kind"]
        if kind == "choice":
            labels = {choice["label"].lower() for choice in ATTRIBUTES[code]["choices"]}
            chosen = value if isinstance(value, list) else [value]
            assert {name.lower() for name in chosen} <= labels, (slug, code)
        elif kind == "number":
            assert value > 0, (slug, code)
        elif kind == "boolean":
            assert isinstance(value, bool), (slug, code)


def test_every_attribute_has_a_value_in_some_product_and_kinds_are_all_used():
    assert {code for product in PRODUCTS for code in product["attributes"]} == ATTRIBUTES.keys()
    assert {entry["kind"] for entry in CATALOGUE["attributes"]} == {"choice", "number", "boolean", "text"}


def test_texts_of_the_demo_exist_in_german():
    for product in some(PRODUCTS):
        german = product["translations"]["de"]
        assert german.keys() >= {"title", "summary", "description"}, product["slug"]
        assert len(german["title"]) <= 200, product["slug"]
        assert len(german["summary"]) <= 300, product["slug"]
        assert german["summary"].endswith((".", "!", "?", "…")), product["slug"]
        assert german["description"] != product["description"], product["slug"]
        assert german["description"].count("\n\n") == product["description"].count("\n\n"), product["slug"]
        assert not WORDS_OF_PLACEHOLDERS.search(" ".join(german.values()))
    for name in ("categories", "collections", "attributes", "brands"):
        assert all(entry["translations"]["de"] for entry in some(CATALOGUE[name])), name


def test_german_files_hold_nothing_that_is_gone():
    assert translations("films").keys() == {film["slug"] for film in data.films()}
    assert translations("series").keys() == {entry["slug"] for entry in data.series()}
    parts = [part for entry in data.series() for part in (entry["season"], *entry["episodes"])]
    assert translations("episodes").keys() == {part["slug"] for part in parts}
    assert translations("goods_1", "goods_2").keys() == {entry["slug"] for entry in data.goods()}
    assert translations("variants").keys() <= {variant["name"] for variant in VARIANTS}
    assert translations("attributes").keys() == ATTRIBUTES.keys()
    for code, (_, choices) in translations("attributes").items():
        assert choices.keys() <= {choice["label"] for choice in ATTRIBUTES[code]["choices"]}, code


def test_every_variant_of_goods_has_a_barcode_of_its_own():
    codes = [variant["barcode"] for product in GOODS for variant in product["variants"]]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert re.fullmatch(r"2[0-9]{12}", code)
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


def test_three_goods_are_cheaper_for_a_while():
    on_sale = [product for product in GOODS if any("sale" in variant for variant in product["variants"])]
    assert len(on_sale) == 3
    for product in on_sale:
        for variant in product["variants"]:
            for reduced, price in zip(variant["sale"]["prices"], variant["prices"], strict=True):
                assert 0 < reduced["amount"] < price["amount"]
            assert variant["sale"]["days"] > 0


def test_some_goods_are_sold_before_they_are_here():
    early = [variant for variant in VARIANTS if "policy" in variant]
    assert {variant["policy"] for variant in early} == {"backorder", "preorder"}
    for variant in early:
        assert (variant["stock"], variant["backorder_limit"] > 0) == (0, True)
        assert date.fromisoformat(variant["available_on"]) > datetime.now(UTC).date()


def test_a_product_is_sold_out_for_good():
    assert any(variant["stock"] == 0 and "policy" not in variant for variant in VARIANTS)


def test_collections_and_recommendations_are_of_products_that_exist():
    slugs = {product["slug"] for product in PRODUCTS}
    assert Counter("rule" if "rule" in entry else "manual" for entry in CATALOGUE["collections"]) == {
        "rule": 2,
        "manual": 2,
    }
    for entry in CATALOGUE["collections"]:
        assert set(entry.get("products", [])) <= slugs
    recommended = [(product["slug"], slug) for product in PRODUCTS for slug in product.get("related", [])]
    assert len(recommended) >= 6
    assert all(other in slugs and other != own for own, other in recommended)


def test_every_brand_is_described():
    brands = {entry["name"] for entry in CATALOGUE["brands"]}
    assert brands == {product["brand"] for product in GOODS}


def test_the_file_of_one_day_is_the_same_each_time():
    assert data.catalogue() == CATALOGUE


def test_orders_are_of_variants_that_exist_and_customers_that_can_receive_them():
    skus = {variant["sku"] for variant in VARIANTS}
    customers = {user["email"] for user in data.users()}
    for email, lines in some(data.ORDERS):
        assert email in customers
        assert email in data.ADDRESSES
        assert {sku for sku, _ in lines} <= skus


def test_legal_pages_are_in_both_languages_and_say_that_the_shop_is_a_demo() -> None:
    pages = data.pages()
    slugs = {"about", "contact", "imprint", "privacy", "returns", "shipping", "terms", "withdrawal"}
    assert {page["slug"] for page in pages} == slugs == translations("pages").keys()
    for page in pages:
        for texts in (page, page["translations"]["de"]):
            assert texts["title"]
            assert "demo" in texts["body"].lower(), page["slug"]
