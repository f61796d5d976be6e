"""Orders: placing, reading, cancelling; and what payment providers report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated, validated_query
from apps.common.api.views import NO_STORE, GuestView, PublicView
from apps.common.idempotency import idempotent, request_key
from apps.common.identity.permissions import IsUser, principal_of, user_id_of
from apps.common.languages import default_language, shop_language
from apps.common.money import Money
from apps.common.problems import NotFound, ValidationProblem
from apps.payment.access import CART_SECRET_HEADER, ORDER_SECRET_HEADER, caller_of, require_own_address
from apps.payment.carts.pricing import price_lately
from apps.payment.carts.selectors import find_cart, find_open_cart
from apps.payment.checkout import services
from apps.payment.checkout.api import serializers
from apps.payment.checkout.requests import Customer, Delivery, OrderRequest, PlacedOrder
from apps.payment.checkout.selectors import new_order_context, order_context
from apps.payment.checkout.totals import shipping_choices, totals_of_choices
from apps.payment.disputes.services import record_dispute
from apps.payment.orders import selectors
from apps.payment.orders.models import Order
from apps.payment.orders.services import claim_guest_orders, request_order_link
from apps.payment.payments.providers import registry
from apps.payment.payments.services import read_webhook, take_in_webhook
from apps.payment.shipping.selectors import countries_served, methods_for
from apps.payment.throttling import GuestCreationThrottle, OrderLinkThrottle

CART_SECRET = OpenApiParameter(CART_SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of an anonymous cart.")
# Dates change with the hour of the last dispatch, methods and prices when staff edit them.
FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
ORDER_SECRET = OpenApiParameter(ORDER_SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of a guest's order.")


def _order_data(order: Order) -> dict:
    """An order as its owner sees it."""
    return serializers.OrderSerializer(order, context=order_context([order])).data


def _placed_data(placed: PlacedOrder) -> dict:
    order, new = placed.order, placed.new
    context = new_order_context(order, new.payment) if new else order_context([order])
    data = serializers.OrderSerializer(order, context=context).data
    return data | {"secret": placed.secret} if placed.secret else data


class OrdersView(ListAPIView):
    """Your orders, newest first."""

    openapi_tag = "orders"
    throttle_classes = [GuestCreationThrottle]
    serializer_class = serializers.OrderSerializer
    queryset = Order.objects.none()
    ordering = ("-placed_at", "-id")

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsUser()]

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        rows = self.paginate_queryset(selectors.orders_of(user_id_of(request))) or []
        serializer = serializers.OrderSerializer(rows, many=True, context=order_context(rows))
        return self.get_paginated_response(serializer.data)

    @extend_schema(
        parameters=[CART_SECRET],
        request=serializers.PlaceOrderSerializer,
        responses={201: serializers.OrderSerializer, 202: serializers.OrderSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Order and pay what is in the cart. 202 means that `next_action` or some patience is needed."""
        data = validated(serializers.PlaceOrderSerializer, request)
        order_request = OrderRequest(
            customer=_customer(request, data),
            delivery=Delivery(data.get("shipping_address"), data["shipping_method"]),
            payment_method=data["payment_method"],
            key=request_key(request),
            return_url=require_own_address(data["return_url"]),
            expected_total=data.get("expected_total"),
            saves_card=data["save_payment_method"],
        )
        # Also when the cart is closed because its order is paid.
        cart = find_cart(data["cart"], caller_of(request, secret_header=CART_SECRET_HEADER))
        placed = services.place_order(cart, order_request)
        code = status.HTTP_201_CREATED if placed.order.state == Order.State.PAID else status.HTTP_202_ACCEPTED
        return Response(_placed_data(placed), status=code, headers=NO_STORE)


def _customer(request: Request, data: dict[str, Any]) -> Customer:
    account = principal_of(request) if caller_of(request).user_id else None
    email = data.get("email") or (account.email if account else "")
    language = data.get("language") or shop_language(account.language if account else "") or default_language()
    if not email:
        raise ValidationProblem(
            gettext("Enter an e-mail address for the receipt."),
            errors={"email": [gettext("An e-mail address is needed.")]},
        )
    return Customer(
        user_id=account.user_id if account else None,
        email=email,
        language=language,
        company=data["company"],
        vat_id=data["vat_id"],
        billing_address=data.get("billing_address"),
    )


class OrderAccessView(PublicView):
    openapi_tag = "orders"
    throttle_classes = [OrderLinkThrottle]

    @extend_schema(
        request=serializers.OrderAccessSerializer, responses={202: serializers.OrderAccessResponseSerializer}
    )
    def post(self, request: Request) -> Response:
        """Have the link to an order mailed again. The response is the same whether or not number and address match."""
        request_order_link(**validated(serializers.OrderAccessSerializer, request))
        detail = gettext("If the order number and the e-mail address match, we’ve sent you the link to your order.")
        return Response({"detail": detail}, status=status.HTTP_202_ACCEPTED, headers=NO_STORE)


class OrderClaimView(APIView):
    openapi_tag = "orders"
    permission_classes = [IsUser]

    @extend_schema(request=None, responses=serializers.ClaimedOrdersSerializer)
    def post(self, request: Request) -> Response:
        """Make the orders that were placed with the account's address before it existed those of the account. Only
        addresses that were confirmed get a token, so it is the account's own. Repeating it changes nothing."""
        claimed = claim_guest_orders(user_id=user_id_of(request), email=principal_of(request).email)
        return Response({"claimed": claimed}, headers=NO_STORE)


class OrderView(GuestView):
    openapi_tag = "orders"

    @extend_schema(parameters=[ORDER_SECRET], responses=serializers.OrderSerializer)
    def get(self, request: Request, number: str) -> Response:
        """One order."""
        order = _order_of(request, number)
        if order.is_open:
            services.refresh_payment(order)
            order = _order_of(request, number)
        return Response(_order_data(order), headers=NO_STORE)


class OrderCancelView(GuestView):
    openapi_tag = "orders"

    @extend_schema(parameters=[ORDER_SECRET], request=None, responses=serializers.OrderSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Cancel an order that is not paid yet."""
        order = services.cancel_order(_order_of(request, number), by="the customer")
        return Response(_order_data(order), headers=NO_STORE)


def _order_of(request: Request, number: str) -> Order:
    return selectors.find_order(number, caller_of(request, secret_header=ORDER_SECRET_HEADER))


class ShippingMethodsView(GuestView):
    openapi_tag = "orders"

    @extend_schema(
        parameters=[serializers.ShippingQuerySerializer, CART_SECRET], responses=serializers.ShippingMethodsSerializer
    )
    def get(self, request: Request) -> Response:
        """How a cart can travel to a country, with prices; nothing for films alone. Without a cart: how goods can."""
        query = validated_query(serializers.ShippingQuerySerializer, request)
        country = query["country"]
        if "cart" in query:
            cart = find_open_cart(query["cart"], caller_of(request, secret_header=CART_SECRET_HEADER))
            methods, headers = shipping_choices(price_lately(cart), country), NO_STORE
        else:
            methods, headers = methods_for(country, Money.zero(query["currency"])), FOR_A_MINUTE
        now = timezone.now()
        results = [asdict(method) | asdict(method.dates(country, now)) for method in methods]
        return Response(serializers.ShippingMethodsSerializer({"results": results}).data, headers=headers)


class OrderTotalsView(GuestView):
    openapi_tag = "orders"

    @extend_schema(parameters=[serializers.TotalsQuerySerializer, CART_SECRET], responses=serializers.TotalsSerializer)
    def get(self, request: Request) -> Response:
        """What a cart comes to at a destination with its taxes: for each delivery method, cheapest first."""
        query = validated_query(serializers.TotalsQuerySerializer, request)
        cart = find_open_cart(query["cart"], caller_of(request, secret_header=CART_SECRET_HEADER))
        place = {"country": query.get("country", ""), "region": query["region"]}
        found = totals_of_choices(price_lately(cart), place, vat_id=query["vat_id"])
        totals = serializers.in_currency(serializers.TotalsSerializer, cart.currency)
        return Response(totals.to_representation({"results": found}), headers=NO_STORE)


class ShippingCountriesView(GuestView):
    openapi_tag = "orders"

    @extend_schema(responses=serializers.ShippingCountriesSerializer)
    def get(self, request: Request) -> Response:
        """The countries that goods are delivered to."""
        return Response({"results": countries_served()}, headers=FOR_A_MINUTE)


class WebhookView(PublicView):
    openapi_tag = "payments"

    @extend_schema(request=OpenApiTypes.OBJECT, responses={204: None})
    def post(self, request: Request, provider: str) -> Response:
        """A provider reports that a charge or a dispute has changed. The signature covers the raw body."""
        if provider not in registry.in_use():
            raise NotFound("There is no such provider.")
        notification = read_webhook(provider, body=request.body, headers=request.headers)
        if notification.dispute:
            # Before the delivery counts as taken in: one that fails here comes again.
            record_dispute(provider, notification.dispute)
        if take_in_webhook(provider, notification):
            services.charge_changed(notification.reference)
        return Response(status=status.HTTP_204_NO_CONTENT)
