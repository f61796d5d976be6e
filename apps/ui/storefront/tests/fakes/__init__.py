"""The four APIs in memory, behind respx: what pages are tested against. tests/test_contracts.py holds them to the
services' real OpenAPI documents."""

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


class FakeHouse:
    """All of them, knowing each other as far as they must."""

    def __init__(self) -> None:
        self.auth = FakeAuth()
        self.catalog = FakeCatalog()
        self.payment = FakePayment(self.catalog)
        self.video = FakeVideo()

    @property
    def services(self) -> list[FakeService]:
        return [self.auth, self.catalog, self.payment, self.video]

    def open(self, router: respx.Router) -> None:
        """Answer at the addresses of URLS."""
        for service in self.services:
            router.route(host=f"{service.name}.test").mock(side_effect=service)
