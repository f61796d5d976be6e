"""The gateway's store of pages, in front of a storefront that counts what it is asked."""

from __future__ import annotations

import http.client
import http.server
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.ui.storefront import currency
from apps.ui.storefront.pages import PERSONAL_COOKIES, PUBLIC
from devtools.stack import gateway, page_cache
from devtools.stack.config import Stack
from tests.ports import free_port_range

CROWD = 40


class Storefront(http.server.BaseHTTPRequestHandler):
    """A page for everybody at every path that begins with /p, a private one elsewhere; `price` is what it shows."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        with server.lock:
            server.asked[self.path] += 1
        if server.is_slow:
            server.go_on.wait(10)
        etag = f'"{server.price}"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self._finish(etag, b"")
            return
        reader = self.headers.get("Cookie", "everybody") if self.is_personal else "everybody"
        body = f"{server.price} for {reader}, {self.headers[currency.CURRENCY_HEADER]}".encode()
        self.send_response(server.status)
        self._finish(etag, body)

    @property
    def is_personal(self):
        cookies = self.headers.get("Cookie", "")
        return any(name in cookies for name in PERSONAL_COOKIES)

    def _finish(self, etag, body):
        is_public = self.path.startswith("/p") and not self.is_personal and self.server.status == 200
        self.send_header("Cache-Control", PUBLIC if is_public else "private, no-cache")
        self.send_header("ETag", etag)
        self.send_header("X-Request-ID", self.headers["X-Request-ID"])
        if self.path.startswith("/p/sets-a-cookie"):
            self.send_header("Set-Cookie", "shop_cart=secret")
        if self.server.status == 200:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def gateway_process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    stack = Stack(var=folder, port=free_port_range(), environ={"GATEWAY_LIMITS": "off"})
    stack.folder("run")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", stack.port_of("ui")), Storefront)
    server.request_queue_size = 100
    server.lock, server.go_on = threading.Lock(), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with subprocess.Popen(gateway.command(stack)) as process:
        deadline = time.monotonic() + 20
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", stack.port, timeout=5).connect()
                break
            except OSError:
                assert time.monotonic() < deadline, "the gateway did not start"
        yield stack, server
        process.terminate()
    server.shutdown()


@pytest.fixture
def shop(gateway_process):
    """`shop(path, **headers)` asks through the gateway; `shop.server` is the storefront."""
    stack, server = gateway_process
    server.asked, server.price, server.is_slow, server.status = Counter(), "19 EUR", False, 200
    server.go_on.clear()

    def ask(path, **headers):
        connection = http.client.HTTPConnection("localhost", stack.port, timeout=20)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response, body

    ask.server, ask.port = server, stack.port
    return ask


def until_renewed(shop, path, *, seconds=5):
    """Ask until the page is no longer fresh; the response that renewed it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        response, body = shop(path)
        if response.headers["X-Cache"] != "HIT":
            return response, body
    raise AssertionError(f"{path} was fresh for more than {seconds} seconds")


def test_cookies_are_those_of_the_storefront():
    assert page_cache.PERSONAL_COOKIES == PERSONAL_COOKIES


def test_currency_is_handed_on_as_the_storefront_expects_it():
    assert currency.CURRENCY_COOKIE == page_cache.CURRENCY_COOKIE
    assert currency.CURRENCY_HEADER == page_cache.CURRENCY_HEADER


@pytest.mark.parametrize("cookie", ["shop_currency=USD", "theme=dark; shop_currency=USD", "shop_currency=USD; a=b"])
def test_every_currency_has_a_stored_page_of_its_own(shop, cookie):
    path = f"/p/currency-{len(cookie)}"
    assert shop(path)[1].endswith("EUR")
    assert shop(path, Cookie=cookie)[1].endswith("USD")
    response, body = shop(path, Cookie=cookie)
    assert (response.headers["X-Cache"], body[-3:]) == ("HIT", "USD")
    response, body = shop(path)
    assert (response.headers["X-Cache"], body[-3:]) == ("HIT", "EUR")


@pytest.mark.parametrize(
    "cookie",
    [
        "shop_currency=GBP",
        "shop_currency=usd",
        "SHOP_CURRENCY=USD",
        "\tshop_currency=USD",
        "shop_currency =USD",
        'shop_currency="USD"',
        "shop_currency=USDX",
        "my_shop_currency=USD",
    ],
)
def test_currency_that_the_gateway_does_not_know_is_the_first_for_the_storefront_too(shop, cookie):
    path = f"/p/odd-{cookie.encode().hex()}"
    assert shop(path, Cookie=cookie, X_Shop_Currency="USD")[1].endswith("EUR")
    assert shop(path)[0].headers["X-Cache"] == "HIT"


def test_page_for_everybody_is_asked_for_once(shop):
    bodies = {shop("/p/once")[1] for _ in range(5)}
    assert bodies == {"19 EUR for everybody, EUR"}
    assert shop.server.asked["/p/once"] == 1


def test_changed_price_shows_within_two_seconds(shop):
    shop("/p/price")
    changed_at, shop.server.price = time.monotonic(), "21 EUR"
    while "21 EUR" not in shop("/p/price")[1]:
        assert time.monotonic() - changed_at < 5
    # A bound of the directives, not of this machine: nothing is kept for longer than the second that it is in and the
    # next one.
    assert "s-maxage=1" in PUBLIC
    assert "stale-while-revalidate" not in PUBLIC


def test_unchanged_page_is_renewed_without_a_body(shop):
    _, body = shop("/p/unchanged")
    response, again = until_renewed(shop, "/p/unchanged")
    assert response.headers["X-Cache"] == "REVALIDATED"
    assert (response.status, again) == (200, body)


@pytest.mark.parametrize("name", PERSONAL_COOKIES)
@pytest.mark.parametrize("cookie", ["{}=x", "theme=dark; {}=x", "theme=dark;{}=x"])
def test_visitor_with_a_cookie_of_the_shop_neither_reads_nor_fills_the_store(shop, name, cookie):
    path, value = f"/p/personal-{name}", cookie.format(name)
    assert shop(path)[1] == "19 EUR for everybody, EUR"
    assert shop(path, Cookie=value)[1] == f"19 EUR for {value}, EUR"
    assert shop(path)[1] == "19 EUR for everybody, EUR"


def test_other_cookies_do_not_matter_to_the_store(shop):
    shop("/p/other")
    assert shop("/p/other", Cookie="theme=dark; my_shop_cart=x")[0].headers["X-Cache"] == "HIT"


@pytest.mark.parametrize("query", ["utm_source=mail", "utm_source=mail&utm_medium=x", "gclid=1", "fbclid=a-b_c"])
def test_parameters_of_campaigns_lead_to_the_stored_page(shop, query):
    path = f"/p/campaign-{len(query)}"
    shop(path)
    assert shop(f"{path}?{query}")[0].headers["X-Cache"] == "HIT"


@pytest.mark.parametrize("query", ["x=1", "utm_source=a&x=1", "page=0", "page=1000", "page=1&page=2", "q=mug"])
def test_other_parameters_go_past_the_store(shop, query):
    for _ in range(2):
        assert shop(f"/p/many?{query}")[0].headers["X-Cache"] == "BYPASS"
    assert shop.server.asked[f"/p/many?{query}"] == 2


@pytest.mark.parametrize("header", ["If-Match", "If-Unmodified-Since"])
def test_connection_stays_open_after_a_precondition_about_a_stored_page(shop, header):
    path = f"/p/precondition-{header.lower()}"
    shop(path)
    connection = http.client.HTTPConnection("localhost", shop.port, timeout=20)
    connection.connect()
    opened = connection.sock
    for _ in range(3):
        connection.request("GET", path, headers={header: "Mon, 01 Jan 2001 00:00:00 GMT"})
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"19 EUR for everybody, EUR")
        # The client would open another one without a word.
        assert connection.sock is opened
    connection.close()


def test_numbered_pages_are_stored_apart(shop):
    for number in ("1", "2", "1", "2"):
        shop(f"/p/list?page={number}")
    assert shop.server.asked == {"/p/list?page=1": 1, "/p/list?page=2": 1}


@pytest.mark.parametrize("path", ["/cart", "/p/sets-a-cookie"])
def test_private_responses_are_not_stored(shop, path):
    shop(path)
    shop(path)
    assert shop.server.asked[path] == 2


def test_crowd_at_a_new_page_costs_one_request(shop):
    shop.server.is_slow = True
    with ThreadPoolExecutor(CROWD) as pool:
        asked = [pool.submit(shop, "/p/new") for _ in range(CROWD)]
        deadline = time.monotonic() + 10
        while not shop.server.asked["/p/new"]:
            assert time.monotonic() < deadline
        shop.server.go_on.set()
        assert {future.result()[1] for future in asked} == {"19 EUR for everybody, EUR"}
    assert shop.server.asked["/p/new"] == 1


def test_visitors_get_the_last_page_while_one_request_renews_it(shop):
    shop("/p/renewed")
    until_renewed(shop, "/p/renewed")
    shop.server.asked.clear()
    shop.server.is_slow = True
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(until_renewed, shop, "/p/renewed")
        deadline = time.monotonic() + 10
        while not shop.server.asked["/p/renewed"]:
            assert time.monotonic() < deadline
        response, body = shop("/p/renewed")
        assert response.headers["X-Cache"] == "UPDATING"
        assert body == "19 EUR for everybody, EUR"
        shop.server.go_on.set()
        renewing.result()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_stored_page_is_shown_while_the_storefront_fails(shop, status):
    path = f"/p/down-{status}"
    shop(path)
    shop.server.status, shop.server.price = status, "nothing"
    response, body = until_renewed(shop, path)
    assert (response.status, response.headers["X-Cache"]) == (200, "STALE")
    assert body == "19 EUR for everybody, EUR"


def test_each_response_has_the_id_of_its_own_request(shop):
    for number in range(2):
        response, _ = shop("/p/id", X_Request_ID=f"my-request-{number}")
        assert response.headers.get_all("X-Request-ID") == [f"my-request-{number}"]


def test_page_of_one_encoding_is_not_sent_for_another(shop):
    shop("/p/encoded", Accept_Encoding="br")
    shop("/p/encoded", Accept_Encoding="gzip, deflate, br;q=1.0")
    shop("/p/encoded", Accept_Encoding="gzip")
    shop("/p/encoded")
    assert shop.server.asked["/p/encoded"] == 3
