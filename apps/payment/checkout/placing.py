"""From a priced cart to an order with its lines and its payment, in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.prefetching import remember_related
from apps.common.problems import Conflict, ValidationProblem
from apps.payment import access
from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import PricedCart, PricedLine
from apps.payment.checkout.problems import (
    CartChanged,
    CartPaid,
    CheckoutInProgress,
    EmptyCart,
    InsufficientStock,
    LineUnavailable,
    NotSoldInCountry,
    SignInRequired,
)
from apps.payment.checkout.requests import Customer, Delivery, NewOrder, OrderRequest
from apps.payment.checkout.totals import OrderTotals, discount_amount, paid_amount, shipping_choices
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.payments.models import Payment, PaymentMethod
from apps.payment.payments.services import lock_method
from apps.payment.shipping.selectors import ShippingChoice, methods_for
from apps.payment.tax.services import TaxedAmount
from apps.payment.vouchers.problems import VoucherNotApplicable
from apps.payment.vouchers.selectors import Redeemer
from apps.payment.vouchers.services import redeem


def live_order(cart: Cart) -> Order | None:
    """The order of this cart that is being paid or is paid."""
    return Order.objects.filter(cart_id=cart.pk).exclude(state__in=Order.GIVEN_UP).first()


def conflict_with(order: Order) -> Conflict:
    """Why a cart that has this order cannot be ordered again."""
    if order.is_open:
        detail = gettext("Order %(number)s for this cart is being paid. Wait for it, or cancel it first.")
        detail %= {"number": order.number}
        return CheckoutInProgress(detail, order_number=order.number)
    detail = gettext("Order %(number)s for this cart is paid already. Check your orders.")
    return CartPaid(detail % {"number": order.number}, order_number=order.number)


def require_orderable(offer: PricedCart, customer: Customer) -> None:
    """Raises EmptyCart, LineUnavailable, InsufficientStock or SignInRequired."""
    if not offer.lines:
        raise EmptyCart(gettext("Your cart is empty."))
    gone = [line.sku for line in offer.lines if line.status in ("unknown", "unavailable")]
    if gone:
        raise LineUnavailable(
            gettext("Some items are no longer for sale. Remove them, then order the rest."), skus=gone
        )
    short = [
        {"sku": line.sku, "requested": line.quantity, "available": line.available_quantity}
        for line in offer.lines
        if line.status == "insufficient_stock"
    ]
    if short:
        raise InsufficientStock(gettext("Some lines are not in stock in this quantity; see lines."), lines=short)
    if offer.requires_account and customer.user_id is None:
        raise SignInRequired(gettext("Sign in to buy films, so that we know who may watch them."))


def require_watchable(offer: PricedCart, country: str) -> None:
    """Raises NotSoldInCountry for films that cannot be watched where their buyer is; nothing while that is unknown
    (empty)."""
    refused = [line for line in offer.lines if not line.is_sold_in(country)]
    if refused:
        names = {
            "films": ", ".join(dict.fromkeys(line.title for line in refused)),
            "country": country_name(country, current_language()),
        }
        detail = (
            gettext(
                "Not available in %(country)s: %(films)s. Remove what cannot be watched there, then order the rest."
            )
            % names
        )
        raise NotSoldInCountry(detail, skus=[line.sku for line in refused], country=country)


def choose_shipping(offer: PricedCart, delivery: Delivery) -> ShippingChoice | None:
    """The delivery method that the customer chose; None for films alone. Raises ValidationProblem."""
    if not offer.requires_shipping:
        return None
    if not delivery.address:
        raise ValidationProblem(
            gettext("Enter a delivery address."),
            errors={"shipping_address": [gettext("An address is needed for goods.")]},
        )
    choices = {method.code: method for method in shipping_choices(offer, delivery.address["country"])}
    if not choices:
        message = gettext("We don’t deliver these items to %(country)s.")
        message %= {"country": country_name(delivery.address["country"], current_language())}
        raise ValidationProblem(message, errors={"shipping_address.country": [message]})
    if delivery.method not in choices:
        message = gettext("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}
        raise ValidationProblem(gettext("Choose a delivery method."), errors={"shipping_method": [message]})
    chosen = choices[delivery.method]
    if chosen.requires_phone and not delivery.address["phone"]:
        message = gettext("%(method)s needs a phone number for questions about the delivery.") % {"method": chosen.name}
        raise ValidationProblem(message, errors={"shipping_address.phone": [message]})
    return chosen


def require_billing_address(offer: PricedCart, customer: Customer) -> None:
    """Raises ValidationProblem for a business that buys films alone and says not where it is: its invoice must."""
    if (customer.company or customer.vat_id) and not (offer.requires_shipping or customer.billing_address):
        message = gettext("Enter the billing address of the company.")
        raise ValidationProblem(message, errors={"billing_address": [message]})


def require_voucher(offer: PricedCart, request: OrderRequest, *, total: Money) -> None:
    """Raises VoucherNotApplicable when the cart's code does nothing, unless the customer agreed to the total without
    it."""
    refusal = offer.voucher.refusal if offer.voucher else None
    if refusal and request.expected_total != total:
        raise VoucherNotApplicable(refusal, total=total.as_dict())


def create_order(
    cart: Cart,
    offer: PricedCart,
    request: OrderRequest,
    *,
    shipping: ShippingChoice | None,
    totals: OrderTotals,
    method: PaymentMethod | None,
    lease: timedelta,
) -> NewOrder:
    """The order, its lines, its payment (none for an order of nothing) and the use of its voucher, from a cart that is
    still what was quoted. The caller holds the order's lease for `lease`.

    Raises CartChanged, CheckoutInProgress, CartPaid, VoucherNotApplicable, or ValidationProblem for a card that was
    removed meanwhile.
    """
    order, payment = _order(offer, request, shipping, totals), None
    order.lease_until = timezone.now() + lease
    try:
        with transaction.atomic(durable=True):
            row = Cart.objects.select_for_update().filter(pk=cart.pk, is_open=True).first()
            if row is None:
                raise CartChanged(gettext("The cart was closed in another window. Check your orders."))
            quoted = {line.sku: line.quantity for line in offer.lines}
            code_id = offer.voucher.code_id if offer.voucher else None
            is_same = (row.currency, row.voucher_code_id) == (offer.currency, code_id)
            if not is_same or not _holds(row, quoted, as_of=cart):
                raise CartChanged(gettext("The cart was changed in another window. Look at it again and confirm."))
            # It may have been written after the prices were asked for.
            order.gift_message = row.gift_message if shipping else ""
            order.save(force_insert=True)
            priced = zip(offer.lines, totals.tax.lines, strict=True)
            lines = OrderLine.objects.bulk_create(_line(order, index, *line) for index, line in enumerate(priced))
            OrderTransition.objects.create(order=order, state=order.state)
            if method:
                lock_method(method)
                payment = Payment.objects.create(
                    order_id=order.pk,
                    method=method,
                    saves_method=request.saves_card,
                    amount=order.total_amount,
                    currency=order.currency,
                )
            if code_id and order.voucher_code:
                redeemer = Redeemer(cart.pk, order.user_id, order.email)
                redeem(code_id, order_id=order.pk, redeemer=redeemer)
            remember_related(order, "lines", lines)
            return NewOrder(order, payment)
    except (CartChanged, VoucherNotApplicable, IntegrityError) as error:
        live = live_order(cart)
        if live is None:
            raise
        raise conflict_with(live) from error


def _holds(row: Cart, quoted: dict[str, int], *, as_of: Cart) -> bool:
    """Whether the locked cart still holds these units. Whoever changes a line also touches the cart."""
    if row.updated_at == as_of.updated_at:
        return True
    return {line.sku: line.quantity for line in row.lines.active()} == quoted


def _redeemed_code(offer: PricedCart, shipping: ShippingChoice | None, country: str) -> str:
    """The code on the cart if the order is cheaper for it: another one is not used up."""
    voucher = offer.voucher
    if voucher is None or voucher.refusal:
        return ""
    if voucher.discount:
        return voucher.code
    if shipping is None:
        return ""
    methods = methods_for(country, offer.subtotal, weight_grams=offer.weight_grams)
    full_prices = {method.code: method.price for method in methods}
    return voucher.code if shipping.price < full_prices[shipping.code] else ""


def _order(offer: PricedCart, request: OrderRequest, shipping: ShippingChoice | None, totals: OrderTotals) -> Order:
    tax = totals.tax
    address = request.delivery.address if shipping else None
    dates = shipping.dates(address["country"], timezone.now()) if shipping and address else None
    order = Order(
        cart_id=offer.id,
        user_id=request.customer.user_id,
        email=request.customer.email,
        language=request.customer.language,
        idempotency_key=request.key,
        currency=offer.currency,
        subtotal_amount=offer.subtotal.amount,
        discount_amount=offer.discount.amount,
        added_tax_amount=totals.added_tax,
        shipping_amount=totals.shipping_amount,
        total_amount=totals.total.amount,
        voucher_code=_redeemed_code(offer, shipping, tax.country),
        shipping_code=shipping.code if shipping else "",
        shipping_name=shipping.name if shipping else "",
        shipping_address=address,
        billing_address=request.customer.billing_address,
        tax_country=tax.country,
        company_name=request.customer.company,
        vat_id=request.customer.vat_id,
        shipping_tax=[asdict(part) for part in tax.shipping],
        earliest_delivery_date=dates.earliest_date if dates else None,
        latest_delivery_date=dates.latest_date if dates else None,
    )
    if request.customer.user_id is None:
        order.secret_hash = access.digest(access.order_secret(order.pk))
    return_url = request.return_url or f"{settings.PUBLIC_URL}/orders/{{number}}"
    order.return_url = return_url.replace("{number}", order.number)
    return order


def _line(order: Order, position: int, line: PricedLine, taxed: TaxedAmount) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        sku=line.sku,
        quantity=line.quantity,
        unit_amount=line.unit_price.amount if line.unit_price else 0,
        discount_amount=discount_amount(line),
        added_tax_amount=taxed.gross - paid_amount(line),
        title=line.title[:200],
        variant_name=line.variant_name[:120],
        slug=line.slug,
        kind=line.kind,
        image_url=(line.image_url or "")[:500],
        title_slug=line.title_slug or "",
        offer=line.offer or "",
        rental_hours=line.rental_hours,
        tax_class=taxed.tax_class,
        tax_rate=taxed.rate,
        tax_amount=taxed.tax,
    )
