"""A shop to pay in: catalog's fake with some things to buy, and customers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import respx

from apps.common.http import client as http_client
from apps.common.identity import service_tokens
from apps.common.testing.plugin import LASTING
from apps.payment.tests.catalog_fake import FILM, LAMP, MUG, RENTAL, FakeCatalog
from apps.payment.tests.personas import Shopper
from apps.payment.tests.zones import create_zones

# Rates come with a release; tests that change them roll back.
LASTING.add("tax_taxrate")


@pytest.fixture(autouse=True)
def _shipping_zones(request: pytest.FixtureRequest) -> None:
    """Migrations make them, and a test that commits empties all tables."""
    if marker := request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
        create_zones()


@pytest.fixture
def catalog() -> Iterator[FakeCatalog]:
    """Catalog with ten mugs, one lamp, and a film to buy or rent."""
    fake = FakeCatalog()
    fake.sell(MUG, LAMP, FILM, RENTAL)
    http_client.forget_targets()
    service_tokens.forget_service_token()
    with respx.mock(assert_all_called=False) as router:
        fake.mount(router)
        yield fake
    http_client.forget_targets()
    service_tokens.forget_service_token()


@pytest.fixture
def ada(catalog) -> Shopper:
    """A customer with an account."""
    return Shopper(uuid.uuid4())


@pytest.fixture
def grace(catalog) -> Shopper:
    """Another one."""
    return Shopper(uuid.uuid4())


@pytest.fixture
def guest(catalog) -> Shopper:
    return Shopper()
