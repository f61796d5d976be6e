"""Orders: placing, looking, cancelling."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.requests import validated
from apps.common.api.throttling import GuestCreationThrottle
from apps.common.idempotency import idempotent
from apps.common.identity.permissions import IsUser
from apps.common.problems import ValidationProblem
from apps.payment.carts.api.views import NO_STORE, SECRET, GuestView, cart_of, cart_to_order_of, user_id_of
from apps.payment.carts.pricing import priced
from apps.payment.orders import selectors, services
from apps.payment.orders.api import serializers
from apps.payment.orders.models import Order
from apps.payment.orders.shipping import methods_for

ORDER_SECRET = OpenApiParameter("X-Order-Secret", str, OpenApiParameter.HEADER, description="Of a guest's order.")


def shown(order: Order, *, secret: str | None = None) -> dict:
    """An order as its owner sees it."""
    data = serializers.OrderSerializer(order, context={"payments": selectors.payments_of([order])}).data
    return data | {"secret": secret} if secret else data


class OrdersView(ListAPIView):
    """Your orders, newest first."""

    throttle_classes = [GuestCreationThrottle]
    serializer_class = serializers.OrderSerializer
    queryset = Order.objects.none()
    ordering = ("-placed_at", "-id")

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsUser()]

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        rows = self.paginate_queryset(selectors.orders_of(request.user.user_id))
        context = {"payments": selectors.payments_of(rows)}
        return self.get_paginated_response(serializers.OrderSerializer(rows, many=True, context=context).data)

    @extend_schema(
        parameters=[SECRET],
        request=serializers.PlaceOrderSerializer,
        responses={201: serializers.OrderSerializer, 202: serializers.OrderSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Order and pay what is in the cart. 202 means that `next_action` or some patience is needed."""
        data = validated(serializers.PlaceOrderSerializer, request)
        wish = services.Wish(
            customer=_customer(request, data.get("email")),
            delivery=services.Delivery(data.get("shipping_address"), data["shipping_method"]),
            payment_method=data["payment_method"],
            key=request.idempotency_key,
            return_url=_own_address(data["return_url"]),
            expected_total=data.get("expected_total"),
        )
        placed = services.place_order(cart_to_order_of(request, data["cart"]), wish)
        done = status.HTTP_201_CREATED if placed.order.state == Order.State.PAID else status.HTTP_202_ACCEPTED
        return Response(shown(placed.order, secret=placed.secret), status=done, headers=NO_STORE)


def _customer(request: Request, email: str | None) -> services.Customer:
    user_id = user_id_of(request)
    email = email or (request.user.email if user_id else "")
    if not email:
        raise ValidationProblem("Where shall the receipt go?", errors={"email": ["An e-mail address is needed."]})
    return services.Customer(user_id=user_id, email=email)


def _own_address(url: str) -> str:
    """Customers are only sent back to the shop itself, never to where a forged request says."""
    if not url:
        return ""
    wanted, own = urlsplit(url), urlsplit(settings.PUBLIC_URL)
    if (wanted.scheme, wanted.netloc) != (own.scheme, own.netloc):
        message = f"It must begin with {settings.PUBLIC_URL}/."
        raise ValidationProblem("The return address cannot be used.", errors={"return_url": [message]})
    return url


class OrderView(GuestView):
    @extend_schema(parameters=[ORDER_SECRET], responses=serializers.OrderSerializer)
    def get(self, request: Request, number: str) -> Response:
        """One order."""
        order = _owned(request, number)
        if order.is_open:
            services.look_again(order)
            order = _owned(request, number)
        return Response(shown(order), headers=NO_STORE)


class OrderCancelView(GuestView):
    @extend_schema(parameters=[ORDER_SECRET], request=None, responses=serializers.OrderSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Cancel an order that is not paid yet."""
        return Response(shown(services.cancel_order(_owned(request, number))), headers=NO_STORE)


def _owned(request: Request, number: str) -> Order:
    return services.owned_order(number, principal=request.user, secret=request.headers.get("X-Order-Secret"))


class ShippingMethodsView(GuestView):
    @extend_schema(
        parameters=[
            OpenApiParameter("cart", uuid.UUID, required=True),
            OpenApiParameter("country", str, required=True),
            SECRET,
        ],
        responses=serializers.ShippingMethodsSerializer,
    )
    def get(self, request: Request) -> Response:
        """How the cart can travel to a country, with prices; nothing for films alone."""
        country = request.query_params.get("country", "")
        try:
            cart_id = uuid.UUID(request.query_params.get("cart", ""))
        except ValueError:
            raise ValidationProblem("Which cart?", errors={"cart": ["This is not a cart's id."]}) from None
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationProblem("Which country?", errors={"country": ["Use a two-letter code such as DE."]})
        offer = priced(cart_of(request, cart_id))
        methods = methods_for(country, offer.subtotal) if offer.requires_shipping else []
        return Response(serializers.ShippingMethodsSerializer({"results": methods}).data, headers=NO_STORE)
