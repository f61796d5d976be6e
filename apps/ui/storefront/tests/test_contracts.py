"""The clients, and the fakes that pages are tested against, keep to the services' real OpenAPI documents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from apps.common.http import RemoteProblem
from apps.common.testing.contracts import APPS, assert_matches_contract
from apps.ui.storefront.clients import auth, catalog, catalog_shapes, payment, video
from apps.ui.storefront.tests.fakes import ADA, ASKS, DECLINED, PAYS, FakeHouse

SHAPES = [
    (catalog_shapes.Image, "catalog", "Image"),
    (catalog_shapes.ImageSource, "catalog", "ImageSource"),
    (catalog_shapes.ProductCard, "catalog", "ProductList"),
    (catalog_shapes.Product, "catalog", "ProductDetail"),
    (catalog_shapes.Variant, "catalog", "Variant"),
    (catalog_shapes.Attribute, "catalog", "Attribute"),
    (catalog_shapes.Facets, "catalog", "Facets"),
    (catalog_shapes.ProductPage, "catalog", "ProductPage"),
    (catalog_shapes.FacetChoice, "catalog", "FacetChoice"),
    (catalog_shapes.AttributeFacet, "catalog", "AttributeFacet"),
    (catalog_shapes.Seo, "catalog", "Seo"),
    (catalog_shapes.Collection, "catalog", "CollectionDetail"),
    (catalog_shapes.Suggestion, "catalog", "Suggestion"),
    (catalog_shapes.Category, "catalog", "CategoryDetail"),
    (catalog_shapes.ImageFormat, "catalog", "ImageFormat"),
    (catalog_shapes.Review, "catalog", "Review"),
    (catalog_shapes.OwnReview, "catalog", "OwnReview"),
    (auth.Tokens, "auth", "Tokens"),
    (auth.Address, "auth", "Address"),
    (payment.Cart, "payment", "Cart"),
    (payment.CartLine, "payment", "CartLine"),
    (payment.ShippingMethod, "payment", "ShippingMethod"),
    (payment.PaymentMethod, "payment", "PaymentMethod"),
    (payment.Order, "payment", "Order"),
    (payment.Line, "payment", "OrderLine"),
    (payment.Shipping, "payment", "Shipping"),
    (payment.OrderAddress, "payment", "Address"),
    (payment.OrderPayment, "payment", "OrderPayment"),
    (video.Title, "video", "Title"),
    (video.LibraryItem, "video", "LibraryItem"),
    (video.Progress, "video", "Progress"),
]
CARD = {"number": PAYS, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
ADDRESS = {
    "name": "Ada",
    "line1": "Torstraße 12",
    "line2": "Back house",
    "region": "Berlin",
    "phone": "+49 30 1234",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}
SHOPPER = {"X-Forwarded-For": "203.0.113.7", "User-Agent": "test"}


@pytest.mark.parametrize(("shape", "service", "name"), SHAPES, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_that_is_read_is_promised(shape: Any, service: str, name: str) -> None:
    document = yaml.safe_load((APPS / service / "openapi.yaml").read_text())
    promised = document["components"]["schemas"][name]
    needed = {field.name for field in dataclasses.fields(shape) if field.default is dataclasses.MISSING}
    assert needed <= set(promised["properties"])
    assert needed <= set(promised.get("required", [])), "it may be left out, so it needs a default"


@pytest.fixture
def check(house: FakeHouse) -> Callable[[], None]:
    """Hold every exchange so far against its service's document."""

    def compare() -> None:
        compared = 0
        for service in house.services:
            for request, response in service.exchanges:
                assert_matches_contract(
                    service.name,
                    request.method,
                    request.url.raw_path.decode(),
                    request_json=json.loads(request.content) if request.content else None,
                    response_json=response.json() if response.content else None,
                    status=response.status_code,
                    headers=dict(request.headers),
                )
                compared += 1
        assert compared

    return compare


def test_catalog(house: FakeHouse, check: Callable[[], None]) -> None:
    catalog.products(kind="goods", q="mug", sort="price", min_price="100", in_stock="true", rating="4", facets="true")
    catalog.products(kind="video", limit=12, sort="bestselling")
    catalog.products(kind="goods", featured="true", limit=8)
    catalog.products(kind="goods", sort="bestselling", limit=8)
    catalog.product("tall-mug")
    catalog.product("nosferatu")
    catalog.products(**{"collection": "for-evenings", "attr.material": ["stoneware", "oak"], "attr.height": "10..40"})
    catalog.collections()
    catalog.collection("for-evenings")
    catalog.suggestions("mu")
    catalog.categories()
    catalog.category("films")
    catalog.reviews("tall-mug")
    assert catalog.standing("token", "tall-mug").may_review
    catalog.post_review("token", "tall-mug", rating=5, title="Good", body="")
    assert catalog.standing("token", "tall-mug").review
    catalog.change_review("token", "tall-mug", rating=4, title="Good", body="Still.")
    catalog.delete_review("token", "tall-mug")
    catalog.report_review("token", "01990000-0000-7000-8000-000000000009", reason="spam", comment="")
    with pytest.raises(RemoteProblem):
        catalog.product("nothing")
    check()


def test_auth(house: FakeHouse, check: Callable[[], None]) -> None:
    auth.register(email="new@example.com", password="a whole sentence", name="Ivan", shopper=SHOPPER)
    auth.verify_email("good-link", shopper=SHOPPER)
    auth.resend_verification("new@example.com", shopper=SHOPPER)
    tokens = auth.sign_in(email=ADA["email"], password=ADA["password"], shopper=SHOPPER)
    assert auth.person_of(tokens.access).name == ADA["name"]
    tokens = auth.refresh(tokens.refresh, shopper=SHOPPER)
    auth.request_password_reset(ADA["email"], shopper=SHOPPER)
    auth.reset_password(token="good-link", password="a whole sentence", shopper=SHOPPER)
    auth.change_name(tokens.access, "Countess Lovelace")
    auth.add_address(tokens.access, ADDRESS)
    (address,) = auth.addresses(tokens.access)
    assert address.city == "Berlin"
    auth.make_default_address(tokens.access, address.id)
    auth.remove_address(tokens.access, address.id)
    auth.revoke(tokens.refresh, shopper=SHOPPER)
    check()


def test_payment(house: FakeHouse, check: Callable[[], None]) -> None:
    guest = payment.open_cart(None)
    assert guest.secret
    payment.set_line(guest.id, "MUG-1", 2, secret=guest.secret, token=None)
    payment.set_line(guest.id, "nosferatu-rent", 1, secret=guest.secret, token=None)
    payment.cart(guest.id, secret=guest.secret, token=None)
    own = payment.open_cart("token")
    own = payment.merge_cart(own.id, source=guest.id, secret=guest.secret, token="token")
    assert own.item_count == 3
    payment.shipping_methods(own.id, "DE", secret=None, token="token")
    order: dict[str, Any] = {
        "cart": own.id,
        "email": "guest@example.com",
        "shipping_address": ADDRESS,
        "shipping_method": "standard",
        "return_url": "http://localhost:8000/orders/{number}",
        "expected_total": {"amount": 4589, "currency": "EUR"},
    }
    for index, number in enumerate((DECLINED, ASKS, PAYS)):
        method = payment.add_payment_method(CARD | {"number": number}, token="token")
        attempt = order | {"payment_method": method.id}
        if number == DECLINED:
            with pytest.raises(RemoteProblem):
                payment.place_order(attempt, key=f"key-{index}", secret=None, token="token")
        else:
            payment.place_order(attempt, key=f"key-{index}", secret=None, token="token")
    payment.cancel_order("SC-0001", secret=None, token="token")
    payment.orders("token")
    payment.order("SC-0002", secret=None, token="token")
    check()


def test_video(house: FakeHouse, check: Callable[[], None]) -> None:
    progress = {
        "position_seconds": 60.0,
        "duration_seconds": 5640,
        "is_finished": False,
        "updated_at": "2026-02-03T10:00:00Z",
    }
    house.video.grant("nosferatu", progress=progress)
    house.video.grant("metropolis", offer="rent", expires_at="2026-12-01T10:00:00Z")
    video.library("token")
    assert video.library_item("token", "nosferatu")
    video.title("nosferatu")
    session = video.start_playback("token", "nosferatu")["session"]
    video.save_progress("token", "nosferatu", session=session, position=61.5)
    video.stop_playback("token", session)
    check()
