"""The checkout: one page with the contact, where to, how, and the card; and what follows from sending it."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from apps.common.http import RemoteProblem, Unavailable
from apps.common.money import Money
from apps.ui.storefront.clients import auth, payment
from apps.ui.storefront.clients.payment import Cart, Order, ShippingMethod
from apps.ui.storefront.cookies import opened, sealed
from apps.ui.storefront.forms import COUNTRY_NAMES, HOME_COUNTRY, CardForm, CheckoutAddressForm, EmailForm
from apps.ui.storefront.parallel import ask_kindly
from apps.ui.storefront.session import ShopRequest, ShopSession, SignInNeeded

log = structlog.get_logger(__name__)
KEY = re.compile(r"\A[0-9a-f]{32}\Z")
# How long a second click may come after the first one.
CLICK_SECONDS = 900
# Over the sentence of a refusal, by its kind.
HEADINGS = {
    "card-declined": "The payment did not go through",
    "payments-not-set-up": "We do not take orders yet",
}
NEW_ADDRESS = "new"
# The API's names of what stands in one field here.
CARD_FIELDS = {"card.exp_month": "expiry", "card.exp_year": "expiry"}


def placed_before(shop: ShopSession, sent: QueryDict) -> str | None:
    """The number of the order that an earlier click on the same page placed. Its cart is closed by now, so without
    this a second click would find nothing to pay. The guest's secret comes along: the first answer may be lost."""
    if shop.cart is None:
        return None
    name = _click(shop.cart[0], sent.get("key", ""))
    known = opened(name, cache.get(name, ""))
    if known.get("secret"):
        shop.remember_order(known["number"], known["secret"])
    return known.get("number")


def _click(cart_id: str, key: str) -> str:
    return f"placed:{cart_id}:{key}" if KEY.match(key) else "placed:"


class Checkout:
    """The forms, made from what was sent (or not yet), and the price that follows from them."""

    def __init__(self, request: ShopRequest, cart: Cart) -> None:
        self.request, self.shop, self.cart = request, request.shop, cart
        data = request.POST if request.method == "POST" else None
        self.sent = data or QueryDict()
        self.contact = None if self.shop.user else EmailForm(data, prefix="contact")
        self.saved = self._saved_addresses()
        self.chosen = self._chosen_address()
        self.address = self._address_form(data)
        self.is_paying = self.sent.get("step") == "pay"
        self.card = CardForm(data if self.is_paying else None, prefix="card")
        self.methods = self._methods() if cart.requires_shipping else ()
        self.method = self._chosen_method()
        # Made when the page is: a second click, or the back button, repeats this order instead of making another.
        self.key = self.sent["key"] if KEY.match(self.sent.get("key", "")) else uuid.uuid4().hex
        self.failure: dict[str, Any] | None = None

    # --- what was chosen --------------------------------------------------------------------------------------------

    def _saved_addresses(self) -> tuple[auth.Address, ...]:
        token = self.shop.token
        if not (token and self.cart.requires_shipping):
            return ()
        return ask_kindly(lambda: auth.addresses(token), ()).result()

    def _chosen_address(self) -> auth.Address | None:
        """One of the address book; None for the form below it."""
        wanted = self.sent.get("address") or (self.saved[0].id if self.saved else NEW_ADDRESS)
        return next((address for address in self.saved if address.id == wanted), None)

    def _address_form(self, data: QueryDict | None) -> CheckoutAddressForm | None:
        if not self.cart.requires_shipping:
            return None
        # While a saved one is chosen, the empty form below it is no mistake.
        return CheckoutAddressForm(
            None if self.chosen else data, prefix="to", can_keep=self.shop.user is not None, auto_id="id_%s"
        )

    @property
    def country(self) -> str:
        if self.chosen:
            return self.chosen.country
        wanted = self.sent.get("to-country", "")
        return wanted if wanted in COUNTRY_NAMES else HOME_COUNTRY

    def _methods(self) -> tuple[ShippingMethod, ...]:
        cart_id, secret = self.shop.cart or (self.cart.id, None)
        return payment.shipping_methods(cart_id, self.country, secret=secret, token=self.shop.token)

    def _chosen_method(self) -> ShippingMethod | None:
        wanted = self.sent.get("shipping_method", "").partition(":")[0]
        return next((m for m in self.methods if m.code == wanted), self.methods[0] if self.methods else None)

    @property
    def total(self) -> Money:
        return self.total_with(self.method)

    def total_with(self, method: ShippingMethod | None) -> Money:
        return self.cart.subtotal + method.price if method else self.cart.subtotal

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Ways to send, each with the total that it makes."""
        return [{"method": m, "total": self.total_with(m), "is_chosen": m == self.method} for m in self.methods]

    # --- paying -----------------------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Every form, so that all mistakes are told at once."""
        forms = [form for form in (self.contact, None if self.chosen else self.address, self.card) if form]
        results = [form.is_valid() for form in forms]
        return all(results)

    def has_been_seen(self) -> bool:
        """Whether the page that was sent showed these prices. Another country costs another shipping."""
        shown = f"{self.method.code}:{self.method.price.amount}" if self.method else ""
        return (
            self.sent.get("subtotal") == str(self.cart.subtotal.amount)
            and self.sent.get("shipping_method", "") == shown
        )

    def pay(self) -> HttpResponse:
        """Place the order and go where that leads."""
        if not self.has_been_seen():
            return self.ask_again()
        cart_id, secret = self.shop.cart or (self.cart.id, None)
        try:
            wanted = self._order(cart_id)
            order = payment.place_order(wanted, key=self.key, secret=secret, token=self.shop.token)
        except Unavailable as error:
            return self.unanswered(error)
        except RemoteProblem as problem:
            return self.refused(problem)
        return self.placed(order)

    def _order(self, cart_id: str) -> dict[str, Any]:
        order: dict[str, Any] = {
            "cart": cart_id,
            "payment_method": self._card_token(cart_id),
            "return_url": f"{settings.PUBLIC_URL}/orders/{{number}}",
            "expected_total": self.total.as_dict(),
        }
        if self.contact is not None:
            order["email"] = self.contact.cleaned_data["email"]
        if self.address is not None:
            order["shipping_address"] = self._address()
            order["shipping_method"] = self.method.code if self.method else ""
        return order

    def _address(self) -> dict[str, str]:
        if self.chosen is None:
            return self.address.address() if self.address else {}
        names = ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone")
        return {name: value for name in names if (value := getattr(self.chosen, name))}

    def _card_token(self, cart_id: str) -> str:
        """The card's token. A second click with the same card uses the first one's, so that both send one order."""
        card = self.card.card()
        # The cache sees neither the number nor anything that it could be guessed from.
        mark = hmac.new(settings.SECRET_KEY.encode(), f"{cart_id} {self.key} {card}".encode(), hashlib.sha256)
        name = f"card:{mark.hexdigest()}"
        if known := cache.get(name):
            return known
        method_id = payment.add_payment_method(card, token=self.shop.token).id
        return method_id if cache.add(name, method_id, timeout=CLICK_SECONDS) else cache.get(name, method_id)

    def placed(self, order: Order) -> HttpResponse:
        """Paid, on its way to the bank's page, or soon done."""
        name = _click(self.cart.id, self.key)
        cache.set(name, sealed(name, {"number": order.number, "secret": order.secret}), timeout=CLICK_SECONDS)
        if order.secret:
            self.shop.remember_order(order.number, order.secret)
        if order.is_paid:
            self.shop.forget_cart()
        self._keep_address()
        if order.next_action:
            return redirect(order.next_action.url)
        return redirect(f"/orders/{order.number}")

    def _keep_address(self) -> None:
        token = self.shop.token
        if token and self.chosen is None and self.address is not None and self.address.cleaned_data.get("keep"):
            address = self.address.address()
            ask_kindly(lambda: auth.add_address(token, address), None).result()

    # --- when it does not go through --------------------------------------------------------------------------------

    def ask_again(self) -> HttpResponse:
        """The price differs from the page that was sent: nothing is charged that was not seen."""
        text = f"The total is {self.total} now. Have a look at it, then pay."
        if self.methods:
            text = f"Shipping to {COUNTRY_NAMES.get(self.country, self.country)} changes the price: " + text
        return self.show(failure={"heading": "Please look again", "text": text})

    def unanswered(self, error: Unavailable) -> HttpResponse:
        """Nobody knows whether the order was placed; the key stays, so that the next click finds out without harm."""
        log.warning("checkout unanswered", service=error.service, reason=error.reason)
        text = "Press pay again in a moment. Should the order have arrived, it is not placed or charged twice."
        response = self.show(failure={"heading": "The till did not answer", "text": text}, status=503)
        response["Retry-After"] = "5"
        return response

    def refused(self, problem: RemoteProblem) -> HttpResponse:
        """Say kindly what went wrong. The next try is a new order, so it gets a new key."""
        number = problem.body.get("order_number")
        match problem.slug:
            case "sign-in-required":
                raise SignInNeeded
            case "checkout-in-progress" if number:
                messages.info(self.request, problem.detail)
                return redirect(f"/orders/{number}")
            case "cart-paid" if number:
                self.shop.forget_cart()
                return redirect(f"/orders/{number}")
        if problem.status == 401:
            raise problem
        self.key = uuid.uuid4().hex
        if problem.status == 400 and self._explained(problem):
            return self.show()
        heading = HEADINGS.get(problem.slug, "That did not work")
        return self.show(failure={"heading": heading, "text": problem.detail, "slug": problem.slug})

    def _explained(self, problem: RemoteProblem) -> bool:
        """Put errors beside the fields they mean; False when they mean none of ours."""
        card = {name: texts for name, texts in problem.errors.items() if name.startswith("card")}
        address = {name: texts for name, texts in problem.errors.items() if name.startswith("shipping_address")}
        if card:
            self.card.add_remote_errors({CARD_FIELDS.get(n, n): texts for n, texts in card.items()}, problem.detail)
        if address and self.address is not None and self.address.is_bound:
            self.address.add_remote_errors(address, problem.detail)
            return True
        if "email" in problem.errors and self.contact is not None:
            self.contact.add_remote_errors({"email": problem.errors["email"]}, problem.detail)
            return True
        return bool(card)

    def show(self, *, failure: dict[str, Any] | None = None, status: int | None = None) -> HttpResponse:
        """The page; 422 when it comes back instead of an order."""
        context = {
            "checkout": self,
            "cart": self.cart,
            "card": self.card.without_secrets(),
            "failure": failure,
            "next": "/checkout",
        }
        status = status or (422 if self.is_paying else 200)
        return render(self.request, "storefront/checkout.html", context, status=status)
