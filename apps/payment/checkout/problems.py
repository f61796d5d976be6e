"""Why an order was not placed. Nothing was charged then, or all of it went back."""

from __future__ import annotations

from apps.common.problems import Conflict, Forbidden, Problem


class SignInRequired(Forbidden):
    slug, title = "sign-in-required", "Films need an account"


class EmptyCart(Conflict):
    slug, title = "empty-cart", "The cart is empty"


class InsufficientStock(Conflict):
    slug, title = "insufficient-stock", "Not enough in stock"


class LineUnavailable(Conflict):
    slug, title = "line-unavailable", "Something in the cart is not for sale any more"


class PriceChanged(Conflict):
    slug, title = "price-changed", "The total has changed"


class CartChanged(Conflict):
    slug, title = "cart-changed", "The cart has changed meanwhile"


class CheckoutInProgress(Conflict):
    slug, title = "checkout-in-progress", "This cart is being paid already"


class CartPaid(Conflict):
    slug, title = "cart-paid", "This cart is paid already"


class CardDeclined(Problem):
    status, slug, title = 402, "card-declined", "The card was declined"
