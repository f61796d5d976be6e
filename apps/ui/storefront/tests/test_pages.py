"""Pages show what the services say."""

from __future__ import annotations

import pytest
from django.test import Client

PUBLIC = [
    "/",
    "/shop",
    "/shop?kind=goods&sort=price&in_stock=true&min_price=1,50&max_price=99",
    "/shop/c/home/kitchen",
    "/search?q=mug",
    "/p/tall-mug",
    "/p/linen-throw",
    "/p/nosferatu",
    "/cart",
    "/account/sign-in",
    "/account/register",
    "/account/check-mail",
    "/account/verify?token=good-link",
    "/account/resend",
    "/account/password/reset",
    "/account/password/reset/confirm?token=good-link",
    "/about",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_guest_sees_the_page(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert "<h1" in text
    assert text.count("<h1") == 1
