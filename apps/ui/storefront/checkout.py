"""The checkout: one page with contact, delivery address, delivery method and card, and placing the order."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.addresses import ADDRESS_FIELDS
from apps.common.http import RemoteProblem, Unavailable
from apps.common.languages import current_language
from apps.common.money import Money
from apps.ui.storefront import carts
from apps.ui.storefront.address_forms import CheckoutAddressForm, known_country
from apps.ui.storefront.billing import Billing
from apps.ui.storefront.card_choice import REPEAT_SECONDS, CardChoice
from apps.ui.storefront.cart_changes import change_since, fingerprint
from apps.ui.storefront.clients import auth, payment
from apps.ui.storefront.clients.payment_schemas import Cart, Order, OrderTotals, ShippingMethod
from apps.ui.storefront.cookies import seal
from apps.ui.storefront.formats import country_name, format_money
from apps.ui.storefront.forms import EmailForm, GiftMessageForm, VoucherForm, typed_values
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.placed_orders import KEY, placed_key
from apps.ui.storefront.session import ShopRequest, SignInRequired
from apps.ui.storefront.stripe_pages import let_stripe_in
from apps.ui.storefront.vouchers import submit_voucher

log = structlog.get_logger(__name__)
# Headings of refusals, by the slug of the problem.
HEADINGS: dict[str, str | Promise] = {
    "card-declined": _("Your payment didn’t go through"),
    "payments-not-set-up": _("We’re not taking orders yet"),
    "insufficient-stock": _("Something in your cart is out of stock"),
    "line-unavailable": _("Something in your cart is no longer available"),
    "not-sold-in-country": _("A film isn’t available in your country"),
    "cart-changed": _("Your cart has changed"),
    "voucher-not-applicable": _("Your voucher can’t be used"),
}
CART_PROBLEMS = ("insufficient-stock", "line-unavailable", "not-sold-in-country", "cart-changed")
# Where the law says which words stand on the button, and nothing else (§ 312j BGB): the amount stands beside it.
LANGUAGES_WITH_PLAIN_BUTTON = frozenset({"de"})
NEW_ADDRESS = "new"
# The id of the page's form, which the voucher field beside it belongs to.
FORM_ID = "checkout-form"


class Checkout:
    """The forms of the page, bound to what was submitted, and the total that follows from them."""

    def __init__(self, request: ShopRequest, cart: Cart, *, draft: QueryDict | None = None) -> None:
        self.request, self.shop, self.cart = request, request.shop, cart
        self.sent = request.POST if request.method == "POST" else QueryDict()
        # A code that was entered and not applied yet: the shopper is to see what it makes of the total before paying.
        has_code = bool(self.sent.get("voucher-code", "").strip())
        self.is_paying = self.sent.get("step") == "pay" and not has_code
        self.voucher = VoucherForm(prefix="voucher", form_id=FORM_ID)
        if has_code or self.sent.get("step") == "voucher":
            self.cart, self.voucher = submit_voucher(self.shop, self.cart, self.sent, form_id=FORM_ID)
        elif self.sent.get("step") == "remove-voucher":
            self.cart = carts.remove_voucher(self.shop, self.cart)
        # What is filled in again: of a page that asks for the prices of another country, or from before signing in.
        self.typed = draft or self.sent
        data = self.sent if self.is_paying else None
        typed = typed_values(self.typed, "contact")
        self.contact = None if self.shop.user else EmailForm(data, prefix="contact", initial=typed)
        self.saved_addresses = self._saved_addresses()
        self.selected_address = self._selected_address()
        self.countries = payment.delivery_countries() if self.cart.requires_shipping else ()
        self.address = self._address_form(data)
        self.gift = self._gift_form(data)
        self.cards = CardChoice(self.shop, typed=self.typed, data=data)
        self.billing = Billing(self.typed, data, requires_shipping=self.cart.requires_shipping)
        self.methods = self._methods() if self.cart.requires_shipping else ()
        self.totals = self._totals()
        self.method = self._selected_method()
        if self.address and self.method and self.method.requires_phone:
            self.address.require_phone()
        # Created with the page: a second click, or the back button, repeats this order and places no other.
        self.key = self.sent["key"] if KEY.match(self.sent.get("key", "")) else uuid.uuid4().hex
        self.failure: dict[str, Any] | None = None

    # --- selection ----------------------------------------------------------------------------------------------------

    def _saved_addresses(self) -> tuple[auth.Address, ...]:
        token = self.shop.token
        if not (token and self.cart.requires_shipping):
            return ()
        return fetch_or_default(lambda: auth.addresses(token), ()).result()

    def _selected_address(self) -> auth.Address | None:
        """The selected entry of the address book; None for a new address."""
        default = self.saved_addresses[0].id if self.saved_addresses else NEW_ADDRESS
        wanted = self.typed.get("address") or default
        return next((address for address in self.saved_addresses if address.id == wanted), None)

    def _address_form(self, data: QueryDict | None) -> CheckoutAddressForm | None:
        if not self.cart.requires_shipping:
            return None
        # While a saved address is selected, the empty form below it is not an error.
        return CheckoutAddressForm(
            None if self.selected_address else data,
            prefix="to",
            can_save=self.shop.user is not None,
            country=self.country,
            countries=self.countries,
            initial=typed_values(self.typed, "to"),
        )

    def _totals(self) -> dict[str | None, OrderTotals]:
        """What the cart comes to by delivery method; without the VAT ID while it is unusable, which ordering says.
        Films alone are taxed where their buyer is, if the billing address says so."""
        cart_id, secret = self.shop.cart or (self.cart.id, None)
        ask = partial(payment.order_totals, cart_id, secret=secret, token=self.shop.token)
        country, region = self.billing.country, self.billing.region
        if self.cart.requires_shipping:
            saved = self.selected_address
            country, region = self.country, saved.region if saved else self.typed.get("to-region", "")
        try:
            found = ask(country=country, region=region, vat_id=self.billing.vat_id)
        except RemoteProblem as problem:
            if problem.status != 400:
                raise
            found = ask(country=country, region="", vat_id="")
        return {totals.shipping_method: totals for totals in found}

    def _gift_form(self, data: QueryDict | None) -> GiftMessageForm | None:
        """The message that comes with the parcel: as it was typed, else as it is on the cart."""
        if not self.cart.requires_shipping:
            return None
        written = {"message": self.cart.gift_message} | typed_values(self.typed, "gift")
        return GiftMessageForm(data, prefix="gift", initial=written)

    @property
    def country(self) -> str:
        if self.selected_address:
            return self.selected_address.country
        wanted = self.typed.get("to-country", "")
        return known_country(wanted, self.countries)

    def _methods(self) -> tuple[ShippingMethod, ...]:
        cart_id, secret = self.shop.cart or (self.cart.id, None)
        return payment.shipping_methods(cart_id, self.country, secret=secret, token=self.shop.token)

    def _selected_method(self) -> ShippingMethod | None:
        wanted = self.typed.get("shipping_method", "").partition(":")[0]
        return next((m for m in self.methods if m.code == wanted), self.methods[0] if self.methods else None)

    @property
    def total(self) -> Money:
        return self.total_with(self.method)

    def total_with(self, method: ShippingMethod | None) -> Money:
        totals = self.totals_with(method)
        return totals.total if totals else self.cart.total

    def totals_with(self, method: ShippingMethod | None) -> OrderTotals | None:
        """With taxes; None where goods are not delivered."""
        return self.totals.get(method.code if method else None)

    @property
    def chosen_totals(self) -> OrderTotals | None:
        return self.totals_with(self.method)

    @property
    def shipping_options(self) -> list[dict[str, Any]]:
        """The delivery methods, each with the order's totals if it is selected."""
        return [
            {"method": m, "totals": self.totals_with(m), "total": self.total_with(m), "is_selected": m == self.method}
            for m in self.methods
        ]

    @property
    def shown_total(self) -> str:
        """The total as the page has it in a hidden field, when there is no delivery method to choose."""
        return str(self.total.amount)

    @property
    def needs_card(self) -> bool:
        """Whether there is anything to pay."""
        return bool(self.total)

    @property
    def shows_card(self) -> bool:
        """Also where another delivery method has to be paid."""
        return self.needs_card or any(self.total_with(method) for method in self.methods)

    @property
    def fingerprint(self) -> str:
        """The cart's lines as this page shows them."""
        return fingerprint(self.cart)

    @property
    def has_plain_button(self) -> bool:
        """Whether the amount stands beside the button that orders, and not on it."""
        return current_language() in LANGUAGES_WITH_PLAIN_BUTTON

    # --- paying -------------------------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Validate every form, so that all errors are shown at once."""
        address = None if self.selected_address else self.address
        cards = self.cards if self.needs_card else None
        forms = [form for form in (self.contact, address, self.billing, self.gift, cards) if form]
        results = [form.is_valid() for form in forms]
        return all(results)

    def matches_shown_prices(self) -> bool:
        """Whether the submitted page showed the current prices; another country may change the shipping price."""
        items = self.sent.get("items_total") == str(self.cart.total.amount)
        if self.method is None:
            return items and self.sent.get("total", "") == self.shown_total
        shown = f"{self.method.code}:{self.method.price.amount}:{self.total.amount}"
        return items and self.sent.get("shipping_method", "") == shown

    def pay(self) -> HttpResponse:
        """Place the order and redirect to its page or the bank's."""
        if not self.matches_shown_prices():
            return self.show_changed_total()
        cart_id, secret = self.shop.cart or (self.cart.id, None)
        try:
            if self.gift:
                carts.set_gift_message(self.shop, self.cart, self.gift.cleaned_data["message"])
            wanted = self._order(cart_id)
            order = payment.place_order(wanted, key=self.key, secret=secret, token=self.shop.token)
        except Unavailable as error:
            return self.show_unconfirmed(error)
        except RemoteProblem as problem:
            return self.show_refusal(problem)
        return self.redirect_to_order(order)

    def _order(self, cart_id: str) -> dict[str, Any]:
        order: dict[str, Any] = {
            "cart": cart_id,
            "return_url": settings.PUBLIC_URL + reverse("order", args=["NUMBER"]).replace("NUMBER", "{number}"),
            "expected_total": self.total.as_dict(),
            "language": current_language(),
        }
        if self.needs_card:
            order["payment_method"] = self.cards.method_id(page=f"{cart_id} {self.key}")
            if self.cards.is_kept:
                order["save_payment_method"] = True
        if self.contact is not None:
            order["email"] = self.contact.cleaned_data["email"]
        if self.address is not None:
            order["shipping_address"] = self._address()
            order["shipping_method"] = self.method.code if self.method else ""
        return order | self.billing.order_fields()

    def _address(self) -> dict[str, str]:
        if self.selected_address is None:
            return self.address.address() if self.address else {}
        return {name: value for name in ADDRESS_FIELDS if (value := getattr(self.selected_address, name))}

    def redirect_to_order(self, order: Order) -> HttpResponse:
        """Remember the order, then go to the bank's page when it asks for confirmation, else to the order."""
        name = placed_key(self.cart.id, self.key)
        cache.set(name, seal(name, {"number": order.number, "secret": order.secret}), timeout=REPEAT_SECONDS)
        if order.secret:
            self.shop.remember_order(order.number, order.secret)
        if order.is_paid:
            self.shop.forget_cart()
        self._save_address()
        if order.next_action:
            return redirect(order.next_action.url)
        return redirect("order", number=order.number)

    def _save_address(self) -> None:
        token = self.shop.token
        if (
            token
            and self.selected_address is None
            and self.address is not None
            and self.address.cleaned_data.get("keep")
        ):
            address = self.address.address()
            fetch_or_default(lambda: auth.add_address(token, address), None).result()

    # --- refusals -----------------------------------------------------------------------------------------------------

    def show_changed_total(self) -> HttpResponse:
        """The total differs from the submitted page: show the new one before charging it."""
        reason = change_since(self.sent.get("lines", ""), self.cart)
        if not reason and self.cart.voucher and self.cart.voucher.refusal:
            reason = self.cart.voucher.refusal.message
        if not reason and self.method and self.sent.get("shipping_method", "").startswith(self._shown_price):
            reason = gettext("Tax is that of your address and your VAT ID.")
        elif not reason and self.method:
            reason = gettext("Shipping to %(country)s costs %(price)s with %(method)s.") % {
                "country": country_name(self.country),
                "price": format_money(self.method.price),
                "method": self.method.name,
            }
        total = gettext("The total is now %(total)s. Please check it before you pay.") % {
            "total": format_money(self.total)
        }
        return self.show(failure={"heading": gettext("The total has changed"), "text": f"{reason} {total}".strip()})

    @property
    def _shown_price(self) -> str:
        """What the choice of this delivery method begins with while its price is the one that was shown."""
        return f"{self.method.code}:{self.method.price.amount}:" if self.method else ""

    def show_unconfirmed(self, error: Unavailable) -> HttpResponse:
        """It is unknown whether the order was placed. The key stays, so the next attempt repeats the same request."""
        log.warning("checkout unconfirmed", service=error.service, reason=error.reason)
        text = gettext("Please try again in a moment. If your order already went through, you won’t be charged twice.")
        heading = gettext("We couldn’t confirm your order")
        response = self.show(failure={"heading": heading, "text": text}, status=503)
        response["Retry-After"] = "5"
        return response

    def show_refusal(self, problem: RemoteProblem) -> HttpResponse:
        """Explain the refusal. The next attempt is a new order, so it gets a new key."""
        number = problem.body.get("order_number")
        match problem.slug:
            case "sign-in-required":
                raise SignInRequired
            case "checkout-in-progress" if number:
                messages.info(self.request, problem.detail)
                return redirect("order", number=number)
            case "cart-paid" if number:
                self.shop.forget_cart()
                return redirect("order", number=number)
        if problem.status == 401:
            raise problem
        self.key = uuid.uuid4().hex
        if problem.status == 400 and self._add_field_errors(problem):
            return self.show()
        heading = HEADINGS.get(problem.slug, _("Something went wrong"))
        # A saved card that has expired or was removed meanwhile.
        failure = {"heading": heading, "text": " ".join(problem.errors.get("payment_method", [problem.detail]))}
        if problem.slug == "voucher-not-applicable":
            failure |= {"url": "#voucher", "label": gettext("Remove or change the voucher")}
        if problem.slug in CART_PROBLEMS:
            failure |= {"url": reverse("cart"), "label": gettext("Review your cart")}
        return self.show(failure=failure)

    def _add_field_errors(self, problem: RemoteProblem) -> bool:
        """Add the problem's errors to the fields of the form; False when it names none of them."""
        is_about_card = self.cards.add_remote_errors(problem)
        address = {name: texts for name, texts in problem.errors.items() if name.startswith("shipping_address")}
        if address and self.address is not None and self.address.is_bound:
            self.address.add_remote_errors(address, problem.detail)
            return True
        if self.billing.add_remote_errors(problem.errors, problem.detail):
            return True
        if "gift_message" in problem.errors and self.gift is not None:
            self.gift.add_remote_errors({"message": problem.errors["gift_message"]}, problem.detail)
            return True
        if "email" in problem.errors and self.contact is not None:
            self.contact.add_remote_errors({"email": problem.errors["email"]}, problem.detail)
            return True
        return is_about_card

    def show(self, *, failure: dict[str, Any] | None = None, status: int | None = None) -> HttpResponse:
        """The page; 422 when it replaces an order that was not placed."""
        address = None if self.selected_address else self.address
        context = {
            "checkout": self,
            "cart": self.cart,
            "card": None if self.cards.selected else self.cards.form,
            "failure": failure,
            "validated_address": address,
            "voucher": self.voucher,
            "next": self.request.path,
        }
        status = status or (422 if self.is_paying or self.voucher.errors else 200)
        response = render(self.request, "storefront/checkout.html", context, status=status)
        return let_stripe_in(response) if self.cards.stripe_key and self.shows_card else response
