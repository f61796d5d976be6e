"""GET /v1/products and /v1/products/{slug}, as a stranger calls them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.discovery.models import ZeroResultSearch
from apps.catalog.products.models import Product
from apps.catalog.products.pricing import set_prices
from apps.catalog.products.publication import record_change, set_status
from apps.catalog.tests.factories import add_variant, make_film, make_product, make_reservation, sku_of
from apps.common.money import Money
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db

# What the index asks: a snapshot, and what changed since (each time in tests, four times a second in life).
LOOK = 2


def titles(client, query: str = "") -> list[str]:
    response = client.get(f"/v1/products{query}")
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["results"]]


def pages(client, query: str, limit: int) -> list[list[str]]:
    """Titles page by page, by following `next`."""
    address, seen = f"/v1/products?{query}&limit={limit}", []
    while address:
        body = client.get(address).json()
        seen.append([item["title"] for item in body["results"]])
        address = body["next"]
        assert len(seen) < 50
    return seen


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


class TestList:
    def test_an_item_has_all_that_a_card_shows(self, api_client):
        product = make_product("Stoneware mug", price=1490, brand="Alder", stock=3, summary="Holds tea.", year=2024)
        body = api_client.get("/v1/products").json()
        assert body["next"] is body["previous"] is body["corrected_query"] is None
        assert body["results"] == [
            {
                "id": str(product.pk),
                "slug": product.slug,
                "title": "Stoneware mug",
                "kind": "goods",
                "brand": "Alder",
                "category": {"path": "home/kitchen", "name": "Kitchen"},
                "price": {"amount": 1490, "currency": "EUR"},
                "regular_price": None,
                "price_from": False,
                "image": None,
                "rating": {"average": None, "count": 0},
                "availability": "low_stock",
                "summary": "Holds tea.",
                "title_slug": None,
                "year": 2024,
            }
        ]
        assert_matches_contract("catalog", "GET", "/v1/products", response_json=body)

    def test_only_published_products_show(self, api_client):
        make_product("Seen")
        make_product("Draft", status=Product.Status.DRAFT)
        make_product("Gone", status=Product.Status.ARCHIVED)
        assert titles(api_client) == ["Seen"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?category=home", {"Mug", "Lamp"}),
            ("?category=home/kitchen", {"Mug"}),
            ("?category=ho", set()),
            ("?kind=video", {"Metropolis"}),
            ("?kind=goods", {"Mug", "Lamp"}),
            ("?brand=alder", {"Mug"}),
            ("?brand=nobody", set()),
            ("?min_price=1490&max_price=1490", {"Mug"}),
            ("?min_price=1491", {"Lamp"}),
            ("?max_price=999", {"Metropolis"}),
            ("?in_stock=1", {"Mug", "Metropolis"}),
            ("?in_stock=false", {"Mug", "Lamp", "Metropolis"}),
            ("?rating=4", {"Lamp"}),
            ("?rating=5", set()),
            ("?featured=1", {"Lamp"}),
            ("?attr.material=BRASS", {"Lamp"}),
            ("?attr.material=brass&attr.colour=gold", {"Lamp"}),
            ("?attr.material=brass&attr.colour=red", set()),
            ("?attr.colour=red,gold", {"Lamp"}),
            ("?attr.colour=red&attr.colour=gold", {"Lamp"}),
            ("?q=lamp&kind=goods&attr.material=brass", {"Lamp"}),
            ("?category=&kind=&brand=&sort=", {"Mug", "Lamp", "Metropolis"}),
        ],
    )
    def test_filters_narrow(self, api_client, query, expected):
        make_product("Mug", price=1490, brand="Alder", stock=5)
        lamp = make_product(
            "Lamp",
            price=8900,
            stock=1,
            category="home/light",
            is_featured=True,
            attributes={"Material": "Brass", "Colour": "Gold"},
            rating_average=4.5,
            rating_count=2,
        )
        make_film("Metropolis", buy=999)
        make_reservation({sku_of(lamp): 1})
        assert set(titles(api_client, query)) == expected

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("newest", ["C", "B", "A"]),
            ("price", ["B", "A", "C"]),
            ("-price", ["C", "A", "B"]),
            ("rating", ["B", "C", "A"]),
            ("title", ["A", "B", "C"]),
            ("bestselling", ["A", "C", "B"]),
        ],
    )
    def test_products_are_sorted(self, api_client, sort, expected):
        make_product("A", price=200, published_minutes_ago=30, sales_count=9, rating_average=1, rating_count=1)
        make_product("B", price=100, published_minutes_ago=20, sales_count=0, rating_average=5, rating_count=1)
        make_product("C", price=300, published_minutes_ago=10, sales_count=5, rating_average=3, rating_count=1)
        assert titles(api_client, f"?sort={sort}") == expected

    @pytest.mark.parametrize("sort", ["newest", "price", "-price", "rating", "title", "bestselling"])
    def test_pages_hold_every_product_once_though_all_sort_values_are_equal(self, api_client, sort):
        moment = timezone.now() - timedelta(hours=1)
        for _ in range(11):
            make_product("Same", price=500)
        Product.objects.update(published_at=moment)
        forwards = pages(api_client, f"sort={sort}", 3)
        assert [len(page) for page in forwards] == [3, 3, 3, 2]
        ids, address = [], f"/v1/products?sort={sort}&limit=3"
        while address:
            body = api_client.get(address).json()
            ids += [item["id"] for item in body["results"]]
            last, address = body, body["next"]
        assert len(set(ids)) == 11
        while last["previous"]:
            last = api_client.get(last["previous"]).json()
            assert last["results"], "previous never leads to nothing"
        assert last["results"][0]["id"] == ids[0]

    def test_pages_of_a_search_hold_every_product_once(self, api_client):
        for number in range(7):
            make_product(f"Mug {'great ' * (number % 3)}{number}")
        paged = [title for page in pages(api_client, "q=mug", 2) for title in page]
        assert sorted(paged) == sorted(titles(api_client, "?q=mug"))

    def test_a_page_stays_right_while_products_come_and_go(self, api_client):
        for number in range(4):
            make_product(f"Mug {number}", price=100 * number)
        first = api_client.get("/v1/products?sort=price&limit=2").json()
        make_product("Cheap newcomer", price=50)
        set_status(Product.objects.get(title="Mug 1"), Product.Status.ARCHIVED)
        second = api_client.get(first["next"]).json()
        assert [item["title"] for item in second["results"]] == ["Mug 2", "Mug 3"]

    def test_facets_count_under_the_other_filters(self, api_client):
        make_product("Mug", price=1490, brand="Alder")
        make_product("Cup", price=900, brand="Birch")
        make_product("Lamp", price=8900, brand="Birch", category="home/light")
        make_film("Metropolis", buy=999, rent=399)
        body = api_client.get("/v1/products?facets=1&brand=birch&category=home/kitchen").json()
        assert [item["title"] for item in body["results"]] == ["Cup"]
        assert body["facets"] == {
            "category": [
                {"value": "home/kitchen", "label": "Kitchen", "count": 1},
                {"value": "home/light", "label": "Light", "count": 1},
            ],
            "brand": [
                {"value": "alder", "label": "Alder", "count": 1},
                {"value": "birch", "label": "Birch", "count": 1},
            ],
            "kind": [{"value": "goods", "label": "goods", "count": 1}],
            "price": {"min": 900, "max": 900},
            "rating": [{"value": str(stars), "label": f"{stars}+", "count": 0} for stars in (4, 3, 2, 1)],
            "in_stock": 1,
            "attributes": [],
        }
        assert_matches_contract("catalog", "GET", "/v1/products?facets=1", response_json=body)

    def test_facets_of_nothing_are_empty(self, api_client):
        facets = api_client.get("/v1/products?facets=1&q=zzzz").json()["facets"]
        assert facets == {
            "category": [],
            "brand": [],
            "kind": [],
            "price": {"min": 0, "max": 0},
            "rating": [{"value": str(stars), "label": f"{stars}+", "count": 0} for stars in (4, 3, 2, 1)],
            "in_stock": 0,
            "attributes": [],
        }

    def test_another_currency_shows_what_is_sold_in_it(self, api_client):
        dear, cheap = make_product("Dear", price=100), make_product("Cheap", price=900)
        make_product("Euro only")
        for product, amount in ((dear, 5000), (cheap, 4000)):
            with transaction.atomic():
                set_prices(product, {sku_of(product): Money(amount, "USD")})
                record_change(product, previous_status=product.status)
        body = api_client.get("/v1/products?currency=USD&sort=price&facets=1").json()
        assert [(i["title"], i["price"]) for i in body["results"]] == [
            ("Cheap", {"amount": 4000, "currency": "USD"}),
            ("Dear", {"amount": 5000, "currency": "USD"}),
        ]
        assert body["facets"]["price"] == {"min": 4000, "max": 5000}
        assert pages(api_client, "currency=USD&sort=price", 1) == [["Cheap"], ["Dear"]]
        assert titles(api_client, "?currency=USD&min_price=4500") == ["Dear"]

    def test_products_with_several_prices_show_a_from_price(self, api_client):
        make_film("Metropolis", buy=999, rent=399)
        item = api_client.get("/v1/products").json()["results"][0]
        assert (item["price"]["amount"], item["price_from"], item["availability"]) == (399, True, "digital")


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("sort=cheapest", "sort"),
            ("sort=relevance", "sort"),
            ("kind=book", "kind"),
            ("min_price=-1", "min_price"),
            ("min_price=abc", "min_price"),
            ("max_price=999999999999999999999", "max_price"),
            ("min_price=200&max_price=100", "max_price"),
            ("rating=6", "rating"),
            ("rating=0", "rating"),
            ("in_stock=maybe", "in_stock"),
            ("currency=euro", "currency"),
            ("currency=eur", "currency"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=ten", "limit"),
            ("limit=%D9%A1", "limit"),
            ("q=" + "x" * 201, "q"),
            ("surprise=1", "surprise"),
            ("&".join(f"attr.a{n}=1" for n in range(11)), "attr"),
            ("attr.colour=" + "x" * 1500, "attr"),
            ("attr.nothing=1", "attr.nothing"),
            ("collection=nothing&sort=position&lang=xx", "lang"),
        ],
    )
    def test_a_bad_value_is_a_problem_that_names_the_field(self, api_client, query, field):
        response = api_client.get(f"/v1/products?{query}")
        body = response.json()
        assert response.status_code == 400, body
        assert response["Content-Type"] == "application/problem+json"
        assert body["type"] == "/problems/invalid-input"
        assert list(body["errors"]) == [field]

    @pytest.mark.parametrize("cursor", ["!!!", "AAAA", "WzAsMV0", "WzAsImluZmluaXR5Il0.c2lnbmF0dXJl"])
    def test_a_broken_cursor_is_refused(self, api_client, cursor):
        response = api_client.get("/v1/products", {"cursor": cursor})
        assert (response.status_code, response.json()["type"]) == (400, "/problems/broken-cursor")

    def test_a_cursor_of_another_sort_is_refused(self, api_client):
        for number in range(4):
            make_product(f"Mug {number}")
        cursor = api_client.get("/v1/products?sort=title&limit=2").json()["next"].split("cursor=")[1].split("&")[0]
        for sort in ("price", "newest", "rating", "bestselling"):
            assert api_client.get(f"/v1/products?sort={sort}&cursor={cursor}").status_code == 400, sort

    @pytest.mark.parametrize("query", ["q=%00", "category=a%00b", "attr.x=%00", "cursor=%00"])
    def test_null_bytes_are_refused(self, api_client, query):
        assert api_client.get(f"/v1/products?{query}").status_code == 400

    @pytest.mark.parametrize("query", ["q=%FF%FE", "category=%C0%80", "attr.%FF=1", "brand=" + "%F0%9F%8D%B5"])
    def test_odd_encodings_find_nothing_and_break_nothing(self, api_client, query):
        assert api_client.get(f"/v1/products?{query}").status_code in (200, 400)

    @pytest.mark.parametrize("method", ["patch", "put", "delete"])
    def test_other_methods_are_refused_as_problems(self, as_staff, method):
        response = getattr(as_staff("catalog_staff"), method)("/v1/products", {})
        assert response.status_code == 405
        assert response.json()["type"] == "/problems/method-not-allowed"


class TestDetail:
    def test_the_page_has_all_parts(self, api_client):
        product = make_product(
            "Mug", price=1490, stock=7, brand="Alder", attributes={"Material": "Clay"}, description="Good."
        )
        add_variant(product, sku="MUG-BIG", price=1990, stock=0, name="Big", options={"Size": "Big"}, position=1)
        make_product("Cup", sales_count=5)
        response = api_client.get(f"/v1/products/{product.slug}")
        body = response.json()
        assert_matches_contract("catalog", "GET", f"/v1/products/{product.slug}", response_json=body)
        assert body["description"] == "Good."
        assert body["attributes"] == [
            {"name": "material", "label": "Material", "value": "Clay", "kind": "choice", "unit": ""}
        ]
        assert [(v["sku"], v["price"]["amount"], v["availability"], v["available"]) for v in body["variants"]] == [
            (sku_of(product), 1490, "in_stock", 7),
            ("MUG-BIG", 1990, "out_of_stock", 0),
        ]
        assert body["breadcrumbs"] == [
            {"path": "home", "name": "Home"},
            {"path": "home/kitchen", "name": "Kitchen"},
        ]
        assert [item["title"] for item in body["related"]] == ["Cup"]
        assert body["price_from"] is True

    def test_a_film_offers_to_buy_and_to_rent(self, api_client):
        film = make_film("Metropolis", buy=999, rent=399)
        body = api_client.get(f"/v1/products/{film.slug}").json()
        assert body["title_slug"] == "metropolis"
        assert [(v["sku"], v["offer"], v["rental_hours"], v["available"]) for v in body["variants"]] == [
            ("METROPOLIS-BUY", "buy", None, None),
            ("METROPOLIS-RENT", "rent", 48, None),
        ]

    def test_reserved_units_are_not_available(self, api_client):
        product = make_product(stock=7)
        sku = sku_of(product)
        make_reservation({sku: 4})
        variant = api_client.get(f"/v1/products/{product.slug}").json()["variants"][0]
        assert (variant["available"], variant["availability"]) == (3, "low_stock")

    @pytest.mark.parametrize("slug", ["nothing-here", "a" * 300, "%27%3B--"])
    def test_an_unknown_product_is_a_problem(self, api_client, slug):
        response = api_client.get(f"/v1/products/{slug}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"

    def test_drafts_are_not_found(self, api_client):
        draft = make_product(status=Product.Status.DRAFT, published_minutes_ago=-60)
        assert api_client.get(f"/v1/products/{draft.slug}").status_code == 404


@pytest.mark.usefixtures("real_index")
class TestQueries:
    """Counted when the index knows the catalogue."""

    def test_a_list_with_facets_takes_one_query_beside_the_index(self, api_client):
        counts = []
        for size in (2, 18):
            for number in range(size):
                add_variant(make_product(brand=f"Brand {size} {number}"), sku=f"B-{size}-{number}", price=100)
            api_client.get("/v1/categories")
            counts.append(queries(api_client, f"/v1/products?facets=1&limit=20&min_price={size}"))
        # cached() looks, browse() looks before and after its search, the cache looks at the end; then the cards.
        assert counts == [4 * LOOK + 1] * 2

    def test_a_search_with_facets_takes_two_queries(self, api_client):
        counts = []
        for size in (2, 18):
            for number in range(size):
                make_product(f"Mug {number}", brand=f"Brand {size} {number}")
            api_client.get("/v1/categories")
            counts.append(queries(api_client, f"/v1/products?q=mug&facets=1&limit=20&min_price={size}"))
        assert counts == [4 * LOOK + 2] * 2

    def test_a_product_takes_a_fixed_number_of_queries(self, api_client):
        product = make_product("Mug", brand="Alder", attributes={"A": "1"})
        make_product("Other")
        api_client.get("/v1/categories")
        few = queries(api_client, f"/v1/products/{product.slug}")
        for number in range(10):
            add_variant(product, sku=f"V-{number}", price=100)
            make_product(f"Other {number}")
        api_client.get("/v1/categories")
        assert few == queries(api_client, f"/v1/products/{product.slug}")
        # product, variants with stock, prices, sales, images, attribute values, relations, cards
        assert few - 8 == 4 * LOOK

    def test_a_cached_response_takes_no_query_beside_the_index(self, api_client):
        make_product("Mug")
        api_client.get("/v1/products")
        assert queries(api_client, "/v1/products") == LOOK


@pytest.mark.usefixtures("real_index")
class TestCaching:
    @pytest.mark.parametrize("address", ["/v1/products", "/v1/products/{slug}", "/v1/categories"])
    def test_an_unchanged_read_costs_no_bytes(self, api_client, address):
        address = address.format(slug=make_product().slug)
        first = api_client.get(address)
        assert "no-cache" in first["Cache-Control"]
        again = api_client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]

    def test_a_changed_price_is_a_new_etag_at_once(self, api_client, as_staff):
        product = make_product(price=1490)
        address = f"/v1/products/{product.slug}"
        first = api_client.get(address)
        listed = api_client.get("/v1/products")
        change = {"variants": [{"sku": sku_of(product), "price": {"amount": 1290, "currency": "EUR"}}]}
        assert as_staff("catalog_staff").patch(address, change, HTTP_IF_MATCH="*").status_code == 200
        second = api_client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
        assert second.status_code == 200
        assert second.json()["price"]["amount"] == 1290
        assert api_client.get("/v1/products", HTTP_IF_NONE_MATCH=listed["ETag"]).status_code == 200

    def test_sold_units_are_a_new_etag_at_once(self, api_client):
        product = make_product(stock=3)
        address = f"/v1/products/{product.slug}"
        etag = api_client.get(address)["ETag"]
        make_reservation({sku_of(product): 1})
        assert api_client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 200

    def test_responses_are_right_while_the_cache_is_gone_and_when_it_is_back(self, api_client, settings):
        product, there = make_product("Mug", price=1490), settings.CACHES
        addresses = ("/v1/products", f"/v1/products/{product.slug}", "/v1/search/suggest?q=mu")
        kept = [api_client.get(address).json() for address in addresses]
        settings.CACHES = {"default": there["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
        assert [api_client.get(address).json() for address in addresses] == kept
        with transaction.atomic():
            set_prices(product, {sku_of(product): Money(1290, "EUR")})
            record_change(product, previous_status=product.status)
        assert api_client.get(addresses[1]).json()["price"]["amount"] == 1290
        settings.CACHES = there
        assert api_client.get(addresses[0]).json()["results"][0]["price"]["amount"] == 1290
        assert api_client.get(addresses[1]).json()["price"]["amount"] == 1290

    def test_parameters_that_a_view_does_not_read_make_no_entry_of_their_own(self, api_client, monkeypatch):
        product, kept = make_product("Mug"), set()
        monkeypatch.setattr("apps.catalog.discovery.api.cached._store", lambda key, *_: kept.add(key))
        for address in (f"/v1/products/{product.slug}", "/v1/categories", "/v1/collections", "/v1/search/suggest?q=mu"):
            kept.clear()
            mark = "&" if "?" in address else "?"
            queries = ["", *(f"{mark}invented{number}={number}" for number in range(5)), f"{mark}lang=xx&lang=en"]
            assert {api_client.get(address + query).status_code for query in queries} == {200}
            assert len(kept) <= 2, address

    def test_the_order_of_parameters_makes_no_entry_of_its_own(self, api_client, monkeypatch):
        make_product("Mug")
        kept = set()
        monkeypatch.setattr("apps.catalog.discovery.api.cached._store", lambda key, *_: kept.add(key))
        responses = [
            api_client.get(f"/v1/products?{query}") for query in ("q=mug&limit=2", "limit=2&q=mug", "q=x&limit=2&q=mug")
        ]
        assert {response.json()["total"] for response in responses} == {1}
        assert len(kept) == 1

    def test_words_that_find_nothing_are_counted_up_to_a_number_a_day(self, api_client, monkeypatch):
        monkeypatch.setattr("apps.catalog.discovery.zero_result_searches.MAX_TEXTS_A_DAY", 3)
        for word in ("aaaa", "bbbb", "cccc", "dddd", "aaaa"):
            assert api_client.get("/v1/products", {"q": word}).json()["total"] == 0
        assert dict(ZeroResultSearch.objects.values_list("text", "times")) == {"aaaa": 2, "bbbb": 1, "cccc": 1}

    def test_responses_cached_by_another_release_are_not_used(self, api_client, settings):
        make_product("Mug")
        api_client.get("/v1/products")
        settings.VERSION = "2.0.0"
        assert queries(api_client, "/v1/products") > LOOK
        assert queries(api_client, "/v1/products") == LOOK
