"""Carts, of accounts and of guests (who send `X-Cart-Secret`)."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.throttling import GuestCreationThrottle
from apps.common.api.views import NO_STORE
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import IsUser
from apps.common.identity.principal import Principal
from apps.payment.carts import services
from apps.payment.carts.api import serializers
from apps.payment.carts.models import Cart
from apps.payment.carts.pricing import priced

SECRET_HEADER = "X-Cart-Secret"  # noqa: S105  (a header's name)
SECRET = OpenApiParameter(SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of an anonymous cart.")


def user_id_of(request: Request) -> uuid.UUID | None:
    """The signed-in person's id, or None."""
    return request.user.user_id if isinstance(request.user, Principal) else None


def cart_of(request: Request, cart_id: uuid.UUID) -> Cart:
    """The caller's own open cart; raises NotFound."""
    return services.owned_cart(cart_id, user_id=user_id_of(request), secret=request.headers.get(SECRET_HEADER))


def cart_to_order_of(request: Request, cart_id: uuid.UUID) -> Cart:
    """The caller's own cart, also when it is closed because its order is paid; raises NotFound."""
    return services.find_cart(cart_id, user_id=user_id_of(request), secret=request.headers.get(SECRET_HEADER))


class GuestView(APIView):
    """Open to guests; a secret or a token says whose things are meant."""

    permission_classes = [AllowAny]

    def answer(self, cart: Cart) -> Response:
        return Response(serializers.CartSerializer(priced(cart)).data, headers=NO_STORE)


class CartsView(GuestView):
    throttle_classes = [GuestCreationThrottle]

    @extend_schema(
        request=serializers.OpenCartSerializer,
        responses={201: serializers.CartSerializer, 200: serializers.CartSerializer},
    )
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """A new anonymous cart with its secret, or with a token the account's open cart."""
        data = validated(serializers.OpenCartSerializer, request)
        cart, secret, is_new = services.open_cart(user_id=user_id_of(request), **data)
        response = self.answer(cart)
        if secret:
            response.data["secret"] = secret
        response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return response


class CartView(GuestView):
    @extend_schema(parameters=[SECRET], responses=serializers.CartSerializer)
    def get(self, request: Request, cart_id) -> Response:
        """The cart with current prices."""
        return self.answer(cart_of(request, cart_id))


class CartLineView(GuestView):
    @extend_schema(parameters=[SECRET], request=serializers.SetLineSerializer, responses=serializers.CartSerializer)
    def put(self, request: Request, cart_id, sku: str) -> Response:
        """Set a line's quantity; a film counts once."""
        data = validated(serializers.SetLineSerializer, request)
        cart = cart_of(request, cart_id)
        services.set_line(cart, sku=sku, quantity=data["quantity"])
        return self.answer(cart)

    @extend_schema(parameters=[SECRET], request=None, responses={200: serializers.CartSerializer})
    def delete(self, request: Request, cart_id, sku: str) -> Response:
        """Take a line out."""
        cart = cart_of(request, cart_id)
        services.remove_line(cart, sku=sku)
        return self.answer(cart)


class CartMergeView(GuestView):
    permission_classes = [IsUser]

    @extend_schema(request=serializers.MergeSerializer, responses=serializers.CartSerializer)
    def post(self, request: Request, cart_id) -> Response:
        """Move a guest's cart into your own, at sign-in."""
        data = validated(serializers.MergeSerializer, request)
        target = cart_of(request, cart_id)
        services.merge(target, services.find_cart(data["from"], user_id=None, secret=data["secret"]))
        return self.answer(target)
