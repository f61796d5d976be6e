"""The cart and the checkout."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients import auth, payment
from apps.ui.storefront.errors import SignInNeeded
from apps.ui.storefront.forms import AddressForm, CardForm, ContactForm
from apps.ui.storefront.navigation import safe_next
from apps.ui.storefront.parallel import forgiving


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/cart.html", {"cart": carts.current(request)})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put something into the cart, then show it there."""
    return _change(request, request.POST.get("sku", ""), is_added=True)


@require_POST
def change_line(request: HttpRequest, sku: str) -> HttpResponse:
    """Set a line's quantity; 0 takes it out."""
    return _change(request, sku, is_added=False)


def _change(request: HttpRequest, sku: str, *, is_added: bool) -> HttpResponse:
    raw = request.POST.get("quantity", "1").strip()
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4):
        messages.error(request, "The quantity must be a whole number from 0 to 99.")
        return redirect("/cart")
    try:
        carts.put(request, sku[:40], min(int(raw), 99), is_added=is_added)
    except RemoteProblem as problem:
        messages.error(request, _sentence(problem))
    else:
        if is_added:
            messages.success(request, "It is in your cart.")
    return redirect(safe_next(request, "/cart"))


def _sentence(problem: RemoteProblem) -> str:
    """The most telling sentence of a refusal."""
    return next((sentence for sentences in problem.errors.values() for sentence in sentences), problem.detail)


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """One page: where to, how, and paying. What was typed stays after a refusal, except the card."""
    current = carts.current(request)
    if current is None or not current["lines"]:
        messages.info(request, "Your cart is empty.")
        return redirect("/cart")
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if current["requires_account"] and shop.token is None:
        raise SignInNeeded
    page = CheckoutPage(request, current)
    if request.method == "POST" and request.POST.get("step") == "pay" and page.is_valid():
        return page.pay()
    return page.show()


class CheckoutPage:
    """The checkout's forms and what follows from them."""

    def __init__(self, request: HttpRequest, cart: dict[str, Any]) -> None:
        self.request = request
        self.shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
        self.cart = cart
        data = request.POST if request.method == "POST" else None
        saved = self._saved_addresses()
        default = next((a for a in saved if a["is_default"]), saved[0] if saved else {})
        self.contact = None if self.shop.user else ContactForm(data, prefix="contact")
        needs_address = cart["requires_shipping"]
        self.address = AddressForm(data, prefix="to", initial=default) if needs_address else None
        self.card = CardForm(data if data and data.get("step") == "pay" else None, prefix="card")
        self.methods = self._methods(default)
        self.method = self._chosen_method()
        # Made when the page is: a second click, or the back button, repeats this order instead of making another.
        self.key = (data or {}).get("key") or uuid.uuid4().hex
        self.failure: dict[str, Any] | None = None

    def _saved_addresses(self) -> list[dict[str, Any]]:
        token = self.shop.token
        return forgiving(lambda: auth.addresses(token), [])() if token and self.cart["requires_shipping"] else []

    def _methods(self, default: dict[str, Any]) -> list[dict[str, Any]]:
        if self.address is None:
            return []
        country = self.request.POST.get("to-country") or default.get("country") or "DE"
        cart_id, secret = self.shop.cart
        try:
            return payment.shipping_methods(cart_id, country, secret=secret, token=self.shop.token)
        except RemoteProblem:
            return []

    def _chosen_method(self) -> dict[str, Any] | None:
        wanted = self.request.POST.get("shipping_method")
        return next((m for m in self.methods if m["code"] == wanted), self.methods[0] if self.methods else None)

    @property
    def total(self) -> dict[str, Any]:
        shipping = self.method["price"]["amount"] if self.method else 0
        return {"amount": self.cart["subtotal"]["amount"] + shipping, "currency": self.cart["currency"]}

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in (self.contact, self.address, self.card) if form is not None)

    def pay(self) -> HttpResponse:
        """Tokenise the card, place the order, and go where that leads."""
        cart_id, secret = self.shop.cart
        try:
            wanted = self._order(cart_id, self._method_id())
            order = payment.place_order_patiently(wanted, key=self.key, secret=secret, token=self.shop.token)
        except RemoteProblem as problem:
            return self._refused(problem)
        if order.get("secret"):
            self.shop.remember_order(order["number"], order["secret"])
        if order["state"] == "paid":
            self.shop.forget_cart()
        if action := order["next_action"]:
            return redirect(action["url"])
        return redirect(f"/orders/{order['number']}")

    def _method_id(self) -> str:
        """The card's token; a second click on the same page uses the first one's, so that both send the same order."""
        method_id = payment.add_payment_method(self.card.card())["id"]
        name = f"method:{self.key}"
        return method_id if cache.add(name, method_id, timeout=600) else cache.get(name, method_id)

    def _order(self, cart_id: str, method_id: str) -> dict[str, Any]:
        order = {
            "cart": cart_id,
            "payment_method": method_id,
            "return_url": f"{settings.PUBLIC_URL}/orders/return",
            "expected_total": self.total,
        }
        if self.contact is not None:
            order["email"] = self.contact.cleaned_data["email"]
        if self.address is not None:
            order["shipping_address"] = self.address.address()
            order["shipping_method"] = self.method["code"] if self.method else ""
        return order

    def _refused(self, problem: RemoteProblem) -> HttpResponse:
        """Say kindly what went wrong; the next try is a new one."""
        number = problem.body.get("order_number")
        if problem.slug == "checkout-in-progress" and number:
            messages.info(self.request, problem.detail)
            return redirect(f"/orders/{number}")
        card_errors = {name: texts for name, texts in problem.errors.items() if name.startswith("card")}
        if card_errors:
            names = {"card.exp_month": "expiry", "card.exp_year": "expiry"}
            self.card.add_remote_errors({names.get(n, n): texts for n, texts in card_errors.items()}, problem.detail)
        elif problem.status == 400 and self.address is not None:
            self.address.add_remote_errors(problem.errors, problem.detail)
        else:
            self.failure = {"slug": problem.slug, "detail": problem.detail}
        self.key = uuid.uuid4().hex
        return self.show(status=422)

    def show(self, status: int = 200) -> HttpResponse:
        context = {
            "cart": self.cart,
            "contact": self.contact,
            "address": self.address,
            "card": self.card.without_secrets() if self.card.is_bound else self.card,
            "methods": self.methods,
            "method": self.method,
            "total": self.total,
            "key": self.key,
            "failure": self.failure,
        }
        if self.request.method == "POST" and status == 200 and self.card.is_bound:
            status = 422
        return render(self.request, "storefront/checkout.html", context, status=status)
