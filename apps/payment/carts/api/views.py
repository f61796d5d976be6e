"""Carts, of accounts and of guests (who send `X-Cart-Secret`)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.requests import shared, validated
from apps.common.api.views import NO_STORE, GuestView
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import IsUser
from apps.payment.access import CART_SECRET_HEADER, Caller, caller_of
from apps.payment.carts import services
from apps.payment.carts.api import serializers
from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import PricedCart, apply_voucher, price_cart, remember_seen_prices
from apps.payment.carts.selectors import find_cart, find_open_cart
from apps.payment.throttling import GuestCreationThrottle, VoucherThrottle

SECRET = OpenApiParameter(CART_SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of an anonymous cart.")
SEEN = OpenApiParameter(
    "seen", bool, description="The shopper looks at the cart: its prices are no longer reported as changed afterwards."
)


def _open_cart_of(request: Request, cart_id: uuid.UUID) -> Cart:
    return find_open_cart(cart_id, caller_of(request, secret_header=CART_SECRET_HEADER))


def _cart_response(cart: Cart, raw_quotes: Sequence[dict[str, Any]] = ()) -> Response:
    return _priced_response(price_cart(cart, raw_quotes))


def _priced_response(priced: PricedCart) -> Response:
    return Response(shared(serializers.CartSerializer).to_representation(priced), headers=NO_STORE)


class CartsView(GuestView):
    throttle_classes = [GuestCreationThrottle]

    @extend_schema(
        request=serializers.OpenCartSerializer,
        responses={201: serializers.CartSerializer, 200: serializers.CartSerializer},
    )
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """A new anonymous cart with its secret, or with a token the account's open cart; with `lines` in it at once."""
        data = validated(serializers.OpenCartSerializer, request)
        opened = services.open_cart(user_id=caller_of(request).user_id, **data)
        response = _cart_response(opened.cart, opened.raw_quotes)
        if opened.secret:
            response.data["secret"] = opened.secret
        response.status_code = status.HTTP_201_CREATED if opened.is_new else status.HTTP_200_OK
        return response


class CartView(GuestView):
    @extend_schema(parameters=[SECRET, SEEN], responses=serializers.CartSerializer)
    def get(self, request: Request, cart_id: uuid.UUID) -> Response:
        """The cart with current prices."""
        cart = _open_cart_of(request, cart_id)
        priced = price_cart(cart)
        if request.query_params.get("seen") in ("1", "true"):
            remember_seen_prices(cart, priced)
        return _priced_response(priced)

    @extend_schema(parameters=[SECRET], request=serializers.ChangeCartSerializer, responses=serializers.CartSerializer)
    def patch(self, request: Request, cart_id: uuid.UUID) -> Response:
        """Change the gift message, or the currency: what has no price in it cannot be ordered until it is removed."""
        data = validated(serializers.ChangeCartSerializer, request)
        cart = _open_cart_of(request, cart_id)
        services.change_cart(cart, **data)
        return _cart_response(cart)


class CartLinesView(GuestView):
    @extend_schema(parameters=[SECRET], request=serializers.PutLinesSerializer, responses=serializers.CartSerializer)
    def put(self, request: Request, cart_id: uuid.UUID) -> Response:
        """Set the quantities of several lines at once; a film counts once."""
        data = validated(serializers.PutLinesSerializer, request)
        cart = _open_cart_of(request, cart_id)
        return _cart_response(cart, services.put_lines(cart, data["lines"]))


class CartLineView(GuestView):
    @extend_schema(parameters=[SECRET], request=serializers.SetLineSerializer, responses=serializers.CartSerializer)
    def put(self, request: Request, cart_id: uuid.UUID, sku: str) -> Response:
        """Set a line's quantity, or save it for later; a film counts once."""
        data = validated(serializers.SetLineSerializer, request)
        cart = _open_cart_of(request, cart_id)
        said = services.set_line(cart, sku=sku, quantity=data.get("quantity"), is_saved=data.get("saved", False))
        return _cart_response(cart, said)

    @extend_schema(parameters=[SECRET], request=None, responses={200: serializers.CartSerializer})
    def delete(self, request: Request, cart_id: uuid.UUID, sku: str) -> Response:
        """Take a line out."""
        cart = _open_cart_of(request, cart_id)
        services.remove_line(cart, sku=sku)
        return _cart_response(cart)


class CartVoucherView(GuestView):
    throttle_classes = [VoucherThrottle]

    @extend_schema(
        parameters=[SECRET], request=serializers.ApplyVoucherSerializer, responses=serializers.CartSerializer
    )
    def post(self, request: Request, cart_id: uuid.UUID) -> Response:
        """Put a code on the cart instead of another one. 409 with a `reason`: it does nothing for this cart now."""
        data = validated(serializers.ApplyVoucherSerializer, request)
        priced = apply_voucher(_open_cart_of(request, cart_id), data["code"])
        return _priced_response(priced)

    @extend_schema(parameters=[SECRET], request=None, responses={200: serializers.CartSerializer})
    def delete(self, request: Request, cart_id: uuid.UUID) -> Response:
        """Take the code off the cart; that there is none is fine."""
        cart = _open_cart_of(request, cart_id)
        services.hold_voucher(cart, None)
        return _cart_response(cart)


class CartMergeView(GuestView):
    permission_classes = [IsUser]

    @extend_schema(request=serializers.MergeSerializer, responses=serializers.CartSerializer)
    def post(self, request: Request, cart_id: uuid.UUID) -> Response:
        """Move a guest's cart into your own, at sign-in."""
        data = validated(serializers.MergeSerializer, request)
        target = _open_cart_of(request, cart_id)
        services.merge(target, find_cart(data["from"], Caller(secret=data["secret"])))
        return _cart_response(target)
