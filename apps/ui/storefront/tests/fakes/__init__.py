"""The four services in memory, behind respx. test_contracts.py compares them with the real OpenAPI documents."""

from __future__ import annotations

import respx

from apps.ui.storefront.tests.fakes.auth import ADA, FakeAuth
from apps.ui.storefront.tests.fakes.catalog import FakeCatalog
from apps.ui.storefront.tests.fakes.payment import ASKS, DECLINED, PAYS, FakePayment
from apps.ui.storefront.tests.fakes.routing import FakeService
from apps.ui.storefront.tests.fakes.video import FakeVideo

__all__ = ["ADA", "ASKS", "DECLINED", "PAYS", "URLS", "FakeHouse", "FakeService"]

SERVICES = ("auth", "catalog", "payment", "video")
URLS = {service: f"http://{service}.test" for service in SERVICES}


class FakePlatform:
    """The four fake services; payment takes its prices from catalog."""

    def __init__(self) -> None:
        self.auth = FakeAuth()
        self.catalog = FakeCatalog()
        self.payment = FakePayment(self.catalog)
        self.video = FakeVideo()

    @property
    def services(self) -> list[FakeService]:
        return [self.auth, self.catalog, self.payment, self.video]

    def open(self, router: respx.Router) -> None:
        """Respond at the URLs of the services."""
        for service in self.services:
            router.route(host=f"{service.name}.test").mock(side_effect=service)
