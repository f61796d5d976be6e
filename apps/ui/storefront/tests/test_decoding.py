"""Decoding the responses of the services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.ui.storefront.clients.catalog_schemas import Review, Variant
from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.video import Progress

VARIANT: dict[str, Any] = {
    "sku": "MUG-1",
    "name": "Moss",
    "price": {"amount": 1900, "currency": "EUR"},
    "availability": "in_stock",
    "available": 12,
    "offer": None,
    "rental_hours": None,
}
PROGRESS: dict[str, Any] = {"position_seconds": 60, "duration_seconds": 5640, "is_finished": False}


def test_members_that_the_schema_lacks_are_ignored() -> None:
    variant = decode(Variant, VARIANT | {"colour": "moss"}, service="catalog")
    assert (variant.sku, variant.price) == ("MUG-1", Money(1900, "EUR"))


def test_optional_members_take_their_default() -> None:
    assert decode(Variant, VARIANT, service="catalog").barcode is None


def test_times_are_decoded_with_their_zone() -> None:
    review = {"id": "1", "rating": 5, "title": "", "author_name": "", "verified_purchase": True}
    found = decode(Review, review | {"created_at": "2026-01-02T10:00:00.123456Z"}, service="catalog")
    assert found.created_at == datetime(2026, 1, 2, 10, 0, 0, 123456, tzinfo=UTC)


def test_whole_numbers_are_accepted_as_seconds() -> None:
    assert decode(Progress, PROGRESS, service="video").position_seconds == 60.0


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"sku": 7}, "$.sku"),
        ({"available": True}, "$.available"),
        ({"price": {"amount": 19.5, "currency": "EUR"}}, "$.price.amount"),
        ({"price": {"amount": 1900, "currency": "euro"}}, "$.price"),
        ({"price": {"amount": 1900}}, "$.price"),
        ({"available_on": "soon"}, "$.available_on"),
    ],
)
def test_malformed_member_counts_as_unavailable_and_is_logged_with_its_path(change: dict[str, Any], path: str) -> None:
    with capture_logs() as logs, pytest.raises(Unavailable) as caught:
        decode(Variant, VARIANT | change, service="catalog")
    assert caught.value.service == "catalog"
    assert caught.value.reason.endswith(f"at `{path}`")
    (entry,) = logs
    assert (entry["event"], entry["service"], entry["schema"]) == ("malformed response", "catalog", "Variant")
    assert entry["error"].endswith(f"at `{path}`")


def test_missing_member_counts_as_unavailable() -> None:
    with pytest.raises(Unavailable, match="duration_seconds"):
        decode(Progress, {"position_seconds": 60, "is_finished": False}, service="video")


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_body_that_is_no_object_counts_as_unavailable(body: Any) -> None:
    with pytest.raises(Unavailable):
        decode(Progress, body, service="video")
