"""The API clients, and the fakes of the other tests, match the OpenAPI documents of the services."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from apps.common.http import RemoteProblem
from apps.common.testing.contracts import APPS, assert_matches_contract
from apps.ui.storefront.clients import (
    after_sales,
    auth,
    cards,
    catalog,
    catalog_schemas,
    payment,
    payment_schemas,
    subscriptions,
    video,
)
from apps.ui.storefront.tests.fakes import ADA, ASKS, DECLINED, PAYS, FakePlatform
from apps.ui.storefront.tests.fakes.subscriptions import PERIOD_ID

SCHEMAS = [
    (catalog_schemas.Image, "catalog", "Image"),
    (catalog_schemas.ImageSource, "catalog", "ImageSource"),
    (catalog_schemas.ProductCard, "catalog", "ProductList"),
    (catalog_schemas.Product, "catalog", "ProductDetail"),
    (catalog_schemas.Variant, "catalog", "Variant"),
    (catalog_schemas.Attribute, "catalog", "Attribute"),
    (catalog_schemas.Facets, "catalog", "Facets"),
    (catalog_schemas.ProductPage, "catalog", "ProductPage"),
    (catalog_schemas.FacetChoice, "catalog", "FacetChoice"),
    (catalog_schemas.AttributeFacet, "catalog", "AttributeFacet"),
    (catalog_schemas.Seo, "catalog", "Seo"),
    (catalog_schemas.Collection, "catalog", "CollectionDetail"),
    (catalog_schemas.Suggestion, "catalog", "Suggestion"),
    (catalog_schemas.Category, "catalog", "CategoryDetail"),
    (catalog_schemas.ImageFormat, "catalog", "ImageFormat"),
    (catalog_schemas.Review, "catalog", "Review"),
    (catalog_schemas.OwnReview, "catalog", "OwnReview"),
    (catalog_schemas.ReviewImage, "catalog", "ReviewImage"),
    (catalog_schemas.Option, "catalog", "Option"),
    (catalog_schemas.Suggestions, "catalog", "Suggestions"),
    (catalog_schemas.TextPageLink, "catalog", "PageLink"),
    (catalog_schemas.TextPage, "catalog", "Page"),
    (catalog_schemas.Wishlist, "catalog", "Wishlist"),
    (catalog_schemas.WishlistItem, "catalog", "WishlistItem"),
    (catalog_schemas.WishlistShare, "catalog", "Share"),
    (catalog_schemas.SharedWishlist, "catalog", "SharedWishlist"),
    (auth.Tokens, "auth", "Tokens"),
    (auth.Address, "auth", "Address"),
    (auth.Account, "auth", "Me"),
    (auth.Device, "auth", "Session"),
    (payment_schemas.Cart, "payment", "Cart"),
    (payment_schemas.CartLine, "payment", "CartLine"),
    (payment_schemas.ShippingMethod, "payment", "ShippingMethod"),
    (cards.Card, "payment", "PaymentMethod"),
    (payment_schemas.Order, "payment", "Order"),
    (payment_schemas.OrderLine, "payment", "OrderLine"),
    (after_sales.Shipment, "payment", "Shipment"),
    (after_sales.Units, "payment", "ShipmentLine"),
    (after_sales.Refund, "payment", "Refund"),
    (after_sales.RefundedUnits, "payment", "RefundLine"),
    (after_sales.ReturnRequest, "payment", "ReturnRequest"),
    (after_sales.ClaimedOrders, "payment", "ClaimedOrders"),
    (payment_schemas.Shipping, "payment", "Shipping"),
    (payment_schemas.Delivery, "payment", "Delivery"),
    (cards.PaymentOptions, "payment", "PaymentOptions"),
    (cards.TestCard, "payment", "TestCard"),
    (payment_schemas.OrderAddress, "payment", "Address"),
    (payment_schemas.OrderPayment, "payment", "OrderPayment"),
    (payment_schemas.Document, "payment", "Document"),
    (subscriptions.Plan, "payment", "Plan"),
    (subscriptions.PlanQuote, "payment", "PlanQuote"),
    (subscriptions.CreditNote, "payment", "CreditNote"),
    (subscriptions.Subscription, "payment", "Subscription"),
    (subscriptions.BillingPeriod, "payment", "BillingPeriod"),
    (subscriptions.AmountDue, "payment", "AmountDue"),
    (subscriptions.ChangePreview, "payment", "ChangePreview"),
    (video.Title, "video", "Title"),
    (video.LibraryItem, "video", "WatchableFilm"),
    (video.LibraryItem, "video", "LibraryItem"),
    (video.Progress, "video", "Progress"),
]
CARD = {"number": PAYS, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
ADDRESS = {
    "name": "Ada",
    "line1": "Torstraße 12",
    "line2": "Back building",
    "region": "Berlin",
    "phone": "+49 30 1234",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}
BROWSER_HEADERS = {"X-Forwarded-For": "203.0.113.7", "User-Agent": "test"}


@cache
def _schemas(service: str) -> dict[str, Any]:
    document = yaml.load((APPS / service / "openapi.yaml").read_text(), yaml.CSafeLoader)
    return document["components"]["schemas"]


@pytest.mark.parametrize(("schema", "service", "name"), SCHEMAS, ids=lambda value: getattr(value, "__name__", value))
def test_required_fields_of_a_schema_are_documented_as_required(schema: Any, service: str, name: str) -> None:
    documented = _schemas(service)[name]
    required = {field.name for field in dataclasses.fields(schema) if field.default is dataclasses.MISSING}
    assert required <= set(documented["properties"])
    assert required <= set(documented.get("required", [])), "optional members need a default"


@pytest.fixture
def check(platform: FakePlatform) -> Callable[[], None]:
    """Compare every request and response so far with the OpenAPI document of its service."""

    def compare() -> None:
        compared = 0
        for service in platform.services:
            for request, response in service.exchanges:
                is_file = response.headers.get("Content-Type") == "application/pdf"
                assert_matches_contract(
                    service.name,
                    request.method,
                    request.url.raw_path.decode(),
                    request_json=json.loads(request.content) if request.content else None,
                    response_json=response.json() if response.content and not is_file else None,
                    response_file=response if is_file else None,
                    status=response.status_code,
                    headers=dict(request.headers),
                )
                compared += 1
        assert compared

    return compare


def test_catalog_client_matches_the_contract(platform: FakePlatform, check: Callable[[], None]) -> None:
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
    catalog.reviews("tall-mug", rating="5", with_images="true", cursor="abc")
    assert catalog.text_pages()[0].title == "Shipping"
    catalog.text_page("shipping")
    catalog.add_to_wishlist("token", "tall-mug")
    share = catalog.share_wishlist("token", name="Ada")
    assert catalog.wishlist("token").slugs == {"tall-mug"}
    assert catalog.shared_wishlist(share.token).name == "Ada"
    catalog.remove_from_wishlist("token", "tall-mug")
    catalog.stop_sharing_wishlist("token")
    assert catalog.review_eligibility("token", "tall-mug").may_review
    catalog.post_review("token", "tall-mug", rating=5, title="Good", body="")
    assert catalog.review_eligibility("token", "tall-mug").review
    catalog.change_review("token", "tall-mug", rating=4, title="Good", body="Still.")
    catalog.delete_review("token", "tall-mug")
    catalog.report_review("token", "01990000-0000-7000-8000-000000000009", reason="spam", comment="")
    with pytest.raises(RemoteProblem):
        catalog.product("nothing")
    check()


def test_subscriptions_client_matches_the_contract(platform: FakePlatform, check: Callable[[], None]) -> None:
    assert [plan.code for plan in subscriptions.plans()] == ["plus-monthly", "plus-yearly"]
    assert subscriptions.subscription("token") is None
    card = cards.add_card(CARD, token="token", is_kept=True).id
    body = {"plan": "plus-monthly", "currency": "EUR", "country": "DE", "payment_method": card, "language": "de"}
    body |= {"return_url": "http://localhost:8000/account/subscription", "expected_amount": euros(0)}
    assert subscriptions.subscribe("token", body, key="a" * 32).state == "trialing"
    platform.payment.make()
    assert subscriptions.subscription("token")
    preview = subscriptions.change_preview("token", "plus-yearly")
    change = {"plan": "plus-yearly", "expected_amount": preview.amount.as_dict()}
    assert subscriptions.change_plan("token", change, key="b" * 32).plan.interval == "year"
    subscriptions.use_card("token", {"payment_method": card}, key="c" * 32)
    assert subscriptions.cancel("token").is_cancelled
    assert not subscriptions.resume("token").is_cancelled
    subscriptions.cancel_by_number("SUB-7K2M9QXR", "ada@example.com")
    assert subscriptions.invoice("token", PERIOD_ID).startswith(b"%PDF")
    check()


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def test_image_of_a_review_is_sent_in_the_field_of_the_contract(platform: FakePlatform) -> None:
    catalog.post_review("token", "tall-mug", rating=5, title="Good", body="")
    review = catalog.add_review_image("token", "tall-mug", ("mug.jpg", b"mug", "image/jpeg"))
    (request,) = platform.catalog.requests_to("POST", ".*/images")
    assert list(_schemas("catalog")["ReviewImageUploadRequest"]["properties"]) == ["file"]
    assert b'name="file"' in request.content
    catalog.remove_review_image("token", "tall-mug", review.images[0].id)


def test_auth_client_matches_the_contract(platform: FakePlatform, check: Callable[[], None]) -> None:
    new = {"email": "new@example.com", "password": "a whole sentence", "name": "Ivan", "language": "de"}
    auth.register(**new, browser_headers=BROWSER_HEADERS)
    auth.verify_email("good-link", browser_headers=BROWSER_HEADERS)
    auth.resend_verification("new@example.com", browser_headers=BROWSER_HEADERS)
    tokens = auth.sign_in(email=ADA["email"], password=ADA["password"], browser_headers=BROWSER_HEADERS)
    assert auth.token_user(tokens.access).name == ADA["name"]
    tokens = auth.refresh(tokens.refresh, browser_headers=BROWSER_HEADERS)
    auth.request_password_reset(ADA["email"], browser_headers=BROWSER_HEADERS)
    auth.reset_password(token="good-link", password="a whole sentence", browser_headers=BROWSER_HEADERS)
    assert auth.account(tokens.access).language == "en"
    auth.change_account(tokens.access, name="Countess Lovelace", language="de")
    auth.change_password(tokens.access, current=ADA["password"], new="a new sentence", browser_headers=BROWSER_HEADERS)
    _, phone = auth.devices(tokens.access)
    auth.sign_out_device(tokens.access, phone.id)
    auth.sign_out_other_devices(tokens.access)
    assert auth.export(tokens.access)["account"]
    auth.add_address(tokens.access, ADDRESS)
    (address,) = auth.addresses(tokens.access)
    assert address.city == "Berlin"
    auth.change_address(tokens.access, address.id, ADDRESS | {"city": "Potsdam"})
    auth.make_default_address(tokens.access, address.id)
    auth.remove_address(tokens.access, address.id)
    auth.revoke(tokens.refresh, browser_headers=BROWSER_HEADERS)
    auth.delete_account(tokens.access, password="a new sentence", browser_headers=BROWSER_HEADERS)
    check()


def test_payment_client_matches_the_contract(platform: FakePlatform, check: Callable[[], None]) -> None:
    guest = payment.open_cart(None, currency="EUR")
    assert guest.secret
    payment.set_line(guest.id, "MUG-1", 2, secret=guest.secret, token=None)
    payment.set_line(guest.id, "nosferatu-rent", 1, secret=guest.secret, token=None)
    place = {"country": "DE", "region": "", "vat_id": "DE136695976"}
    assert payment.order_totals(guest.id, **place, secret=guest.secret, token=None)
    assert "DE" in payment.delivery_countries()
    payment.save_line(guest.id, "MUG-1", is_saved=True, secret=guest.secret, token=None)
    payment.save_line(guest.id, "MUG-1", is_saved=False, secret=guest.secret, token=None)
    payment.cart(guest.id, secret=guest.secret, token=None, is_seen=True)
    own = payment.open_cart("token", currency="EUR")
    own = payment.merge_cart(own.id, source=guest.id, secret=guest.secret, token="token")
    assert own.item_count == 3
    payment.shipping_methods(own.id, "DE", secret=None, token="token")
    assert cards.payment_options().test_cards
    order: dict[str, Any] = {
        "cart": own.id,
        "email": "guest@example.com",
        "shipping_address": ADDRESS,
        "shipping_method": "standard",
        "return_url": "http://localhost:8000/orders/{number}",
        "expected_total": {"amount": 4589, "currency": "EUR"},
    }
    for index, number in enumerate((DECLINED, ASKS, PAYS)):
        method = cards.add_card(CARD | {"number": number}, token="token")
        attempt = order | {"payment_method": method.id, "save_payment_method": number == PAYS}
        if number == DECLINED:
            with pytest.raises(RemoteProblem):
                payment.place_order(attempt, key=f"key-{index}", secret=None, token="token")
        else:
            payment.place_order(attempt, key=f"key-{index}", secret=None, token="token")
    assert cards.begin_setup("token").client_secret
    cards.add_token("pm_of_the_browser", token=None)
    [saved] = cards.saved_cards("token")
    cards.remove_card("token", saved.id)
    with pytest.raises(RemoteProblem):
        cards.remove_card("token", saved.id)
    payment.cancel_order("SC-0001", secret=None, token="token")
    payment.orders("token")
    payment.request_order_access("SC-0002", "guest@example.com")
    payment.order("SC-0002", secret=None, token="token")
    wanted = {"reason": "damaged", "comment": "", "secret": None, "token": "token"}
    after_sales.request_return("SC-0002", {0: 1}, **wanted)
    assert payment.order("SC-0002", secret=None, token="token").return_requests
    after_sales.claim_orders("token")
    [document] = payment.order("SC-0002", secret=None, token="token").documents
    assert payment.document("SC-0002", document.number, secret=None, token="token")
    check()


def test_video_client_matches_the_contract(platform: FakePlatform, check: Callable[[], None]) -> None:
    progress = {
        "position_seconds": 60.0,
        "duration_seconds": 5640,
        "is_finished": False,
        "updated_at": "2026-02-03T10:00:00Z",
    }
    platform.video.grant("nosferatu", progress=progress)
    platform.video.grant("metropolis", offer="rent", expires_at="2026-12-01T10:00:00Z")
    video.library("token")
    assert video.slugs_of_package("plus") == []
    assert video.library_item("token", "nosferatu")
    video.title("nosferatu")
    session = video.start_playback("token", "nosferatu", browser_headers={"User-Agent": "Firefox"})["session"]
    report = {"watched_seconds": 60, "rebuffer_count": 1, "rebuffer_seconds": 0.5}
    video.save_progress("token", "nosferatu", video.PlayerReport(session, 61.5, **report))
    video.stop_playback("token", session)
    platform.video.add_series()
    assert [len(season.episodes) for season in video.title("serial").seasons] == [2, 2]
    assert video.title("serial-1").episodes
    platform.video.watch("nosferatu", position_seconds=60.0)
    assert video.history("token").results
    video.set_watched("token", "nosferatu", is_watched=True)
    assert video.redeem_gift_code("token", "GIFT-1").title is not None
    video.forget_watched("token", "nosferatu")
    video.forget_watched("token")
    check()
