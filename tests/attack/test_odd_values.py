"""Values that a database or an encoder cannot hold are refused wherever they are put, and are never a 500."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack.documents import ALWAYS, SERVICES, operations
from tests.conftest import PASSWORD

pytestmark = pytest.mark.attack

# As they stand in JSON, since some of them are no Python values.
IN_BODIES = [
    '"\\u0000"',
    '"\\ud800"',
    "1e400",
    "NaN",
    "9223372036854775808",
    "-9223372036854775808",
    "2147483648",
    "1" * 5000,
    '"9999-12-31T23:59:59-14:00"',
    '"0001-01-01T00:00:00+14:00"',
    '"infinity"',
    '"\\u202e\\u200b"',
    "[[[[]]]]",
    "[" * 3_000 + "]" * 3_000,
    '{"a":' * 3_000 + '"\\u0000"' + "}" * 3_000,
    '{"a": {"b": null}}',
    "null",
    '"' + "x" * 70_000 + '"',
]
IN_ADDRESSES = [
    "%00",
    "%ED%A0%80",
    "%FF",
    "9223372036854775808",
    "9" * 5_000,
    "0" * 5_000 + "1",
    "000000024000000",
    "-1",
    "1e400",
    "NaN",
    "infinity",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00%2B14:00",
    "%E2%80%AE",
    "..%2F..%2Fv1",
    "%27%22%3B--",
    "x" * 3000,
]
ODD_HEADERS = ["\x01", "\xff\xfe", "9" * 3000, "{}", "Bearer x", 'W/"', "infinity"]
HEADERS = [
    *("Authorization", "Cookie", "If-Match", "If-None-Match", "Idempotency-Key", "X-Cart-Secret", "X-Order-Secret"),
    *("Accept", "Accept-Language", "Content-Type", "X-Request-ID", "traceparent", "User-Agent", "Range"),
]


def leaves(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values of a body stand."""
    if isinstance(body, dict | list) and body:
        for key, item in body.items() if isinstance(body, dict) else enumerate(body):
            yield from leaves(item, (*path, key))
    else:
        yield path


def with_odd_value(body: Any, number: int, odd: str) -> str:
    """The body as JSON text, with one of its values replaced."""
    mark = "the odd value"
    changed, places = copy.deepcopy(body), list(leaves(body))
    place = places[number % len(places)]
    if not place:
        return odd
    target = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = mark
    return json.dumps(changed).replace(json.dumps(mark), odd)


def example(operation: Any) -> Any:
    """A request that the document allows."""
    found: list[Any] = []

    @settings(max_examples=1, **ALWAYS)
    @given(case=operation.as_strategy(), _=st.just(None))
    def take(case: Any, _: None) -> None:
        found.append(case)

    take()
    return found[0]


def requests_of(operation: Any) -> Iterator[tuple[str, str, str | None]]:
    """Method, path with query, and body of every request that puts an odd value somewhere."""
    case = example(operation)
    method, given = operation.method.upper(), case.path_parameters or {}
    address = operation.path
    plain = address.format_map({name: quote(str(value), safe="") for name, value in given.items()})
    body = case.body if isinstance(case.body, dict | list) else None
    sent = json.dumps(body) if body is not None else None
    for name in given:
        for odd in IN_ADDRESSES:
            yield method, address.format_map(dict.fromkeys(given, "x") | {name: odd}), sent
    for parameter in operation.query:
        for odd in IN_ADDRESSES:
            yield method, f"{plain}?{parameter.name}={odd}", sent
    if body:
        places = len(list(leaves(body)))
        # Every value in every place of a small body; in turn in those of a large one.
        rounds = places if places <= 4 else 1
        for start in range(rounds):
            for number, odd in enumerate(IN_BODIES):
                yield method, plain, with_odd_value(body, start + number, odd)


@pytest.fixture(scope="module")
def staff(stack) -> dict[str, str]:
    """Who gets furthest. Signed in once: some requests name a wrong password, which locks sign-in for a while."""
    body = {"email": "admin@example.com", "password": PASSWORD}
    response = httpx.post(f"{stack.url}/api/auth/v1/tokens", json=body, timeout=30)
    return {"Authorization": f"Bearer {response.json()['access']}"}


@pytest.mark.parametrize("service", SERVICES)
def test_no_value_in_an_address_or_a_body_is_a_500(stack, staff, service):
    headers = staff | {"Content-Type": "application/json"}
    found: list[tuple[str, str, str, int, str]] = []
    statuses: Counter[int] = Counter()
    # A connection for each: the gateway hangs up after a refusal that came before it had read the whole upload.
    fresh = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=60, headers=headers, limits=fresh) as client:
        for operation in operations(service, stack.url):
            for method, path, body in requests_of(operation):
                request = client.build_request(method, stack.url, content=body and body.encode())
                request.extensions["target"] = f"/api/{service}{path}".encode()
                response = client.send(request)
                statuses[response.status_code] += 1
                if response.status_code >= 500 or (
                    response.status_code >= 400
                    and not response.headers["Content-Type"].startswith("application/problem+json")
                ):
                    found.append((method, path[:200], (body or "")[:200], response.status_code, response.text[:200]))
    assert found == []
    # They passed the parser, and were refused for what they held.
    assert statuses[401] < statuses.total() / 10
    assert statuses[400] > 20


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_is_a_500(stack, header):
    paths = ["/", "/cart", "/api/catalog/v1/products?limit=1", "/api/payment/v1/orders", "/api/catalog/admin/"]
    writes = ["/api/payment/v1/carts", "/api/auth/v1/tokens", "/api/payment/v1/webhooks/sandbox"]
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        for odd in ODD_HEADERS:
            value = odd.encode("latin-1")
            for path in paths:
                assert client.get(path, headers={header.encode(): value}).status_code < 500, (path, odd)
            for path in writes:
                headers = {b"Content-Type": b"application/json", header.encode(): value}
                assert client.post(path, content=b"{}", headers=headers).status_code < 500, (path, odd)


SHOP = [
    *(
        "/shop?{}",
        "/shop/c/{}",
        "/p/{}",
        "/watch/{}",
        "/orders/{}",
        "/collections/{}",
        "/search?q={}",
        "/?lang={}",
    ),
    *("/p/stoneware-mug?sku={}", "/p/stoneware-mug?rating={}", "/p/stoneware-mug?reviews={}", "/pages/{}"),
    *("/p/{}/reviews/write", "/wishlist/{}", "/recent?slugs={}", "/search/suggest?q={}"),
    *("/shop?cursor={}", "/shop?min_price={}", "/shop?sort={}", "/account/sign-in?next={}", "/shop?attr.material={}"),
]


@pytest.mark.parametrize("address", SHOP)
def test_no_address_of_the_shop_is_a_500(stack, address):
    with httpx.Client(timeout=60) as client:
        for odd in IN_ADDRESSES:
            request = client.build_request("GET", stack.url)
            request.extensions["target"] = address.format(odd).encode()
            assert client.send(request).status_code < 500, odd


FORMS = [
    ("/cart/add", {"sku": "{}", "quantity": "1"}),
    ("/cart/add", {"sku": "MUG", "quantity": "{}"}),
    ("/cart/lines/MUG", {"quantity": "{}"}),
    ("/p/stoneware-mug/reviews/write", {"rating": "{}", "title": "{}", "body": "{}"}),
    ("/wishlist/cart/stoneware-mug", {"next": "{}"}),
    ("/account/sign-in", {"email": "{}", "password": "{}"}),
    ("/account/register", {"email": "{}", "password": "{}", "name": "{}"}),
    ("/account/password/reset", {"email": "{}"}),
]


@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_no_form_of_the_shop_is_a_500(stack, path, fields):
    with httpx.Client(base_url=stack.url, timeout=60, follow_redirects=False) as client:
        for odd in IN_ADDRESSES:
            pairs = [f"{name}={value.format(odd)}" for name, value in fields.items()]
            content = "&".join(pairs).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": stack.url}
            assert client.post(path, content=content, headers=headers).status_code < 500, odd
