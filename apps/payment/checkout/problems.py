"""Why an order was not placed. Nothing was charged then, or all of it went back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict, Forbidden, Problem


class SignInRequired(Forbidden):
    slug, title = "sign-in-required", _("Films need an account")


class EmptyCart(Conflict):
    slug, title = "empty-cart", _("The cart is empty")


class InsufficientStock(Conflict):
    slug, title = "insufficient-stock", _("Not enough in stock")


class LineUnavailable(Conflict):
    slug, title = "line-unavailable", _("Something in the cart is not for sale any more")


class NotSoldInCountry(Conflict):
    slug, title = "not-sold-in-country", _("A film cannot be watched in this country")


class PriceChanged(Conflict):
    slug, title = "price-changed", _("The total has changed")


class CartChanged(Conflict):
    slug, title = "cart-changed", _("The cart has changed meanwhile")


class CheckoutInProgress(Conflict):
    slug, title = "checkout-in-progress", _("This cart is being paid already")


class CartPaid(Conflict):
    slug, title = "cart-paid", _("This cart is paid already")


class CardDeclined(Problem):
    status, slug, title = 402, "card-declined", _("The card was declined")
