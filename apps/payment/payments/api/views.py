"""Cards."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import shared, validated
from apps.common.api.views import NO_STORE, PublicView
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import IsUser, user_id_of
from apps.payment.access import caller_of
from apps.payment.payments import services
from apps.payment.payments.api.serializers import (
    AddMethodSerializer,
    CardSetupSerializer,
    PaymentMethodSerializer,
    PaymentOptionsSerializer,
)
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.base import CardSource
from apps.payment.payments.selectors import payable_methods
from apps.payment.throttling import GuestCreationThrottle


class PaymentMethodsView(ListAPIView):
    """Your saved cards, latest first."""

    openapi_tag = "payments"
    throttle_classes = [GuestCreationThrottle]
    serializer_class = PaymentMethodSerializer
    queryset = PaymentMethod.objects.none()
    ordering = ("-saved_at", "-id")

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsUser()]

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        rows = self.paginate_queryset(payable_methods(user_id_of(request))) or []
        response = self.get_paginated_response(PaymentMethodSerializer(rows, many=True).data)
        response["Cache-Control"] = NO_STORE["Cache-Control"]
        return response

    @extend_schema(request=AddMethodSerializer, responses={201: PaymentMethodSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Turn a card into a token to pay with. The number is not kept."""
        data = validated(AddMethodSerializer, request)
        source: CardSource = {}
        if "card" in data:
            source["card"] = data["card"]
        if "token" in data:
            source["token"] = data["token"]
        method = services.add_method(
            user_id=caller_of(request).user_id, provider=data["provider"], source=source, is_saved=data["keep"]
        )
        body = shared(PaymentMethodSerializer).to_representation(method)
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)


class PaymentMethodView(APIView):
    openapi_tag = "payments"
    permission_classes = [IsUser]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, method_id: str) -> Response:
        """Remove a saved card. One that is still needed, by an order that is being paid or by a subscription, stays."""
        services.remove_method(method_id, user_id=user_id_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CardSetupView(APIView):
    openapi_tag = "payments"
    permission_classes = [IsUser]

    @extend_schema(request=None, responses={201: CardSetupSerializer})
    def post(self, request: Request) -> Response:
        """Begin to save a card without paying, where the provider's script in the browser takes cards. What it makes of
        the card is then sent as `token` with `keep`."""
        data = {"client_secret": services.begin_setup(user_id=user_id_of(request))}
        return Response(data, status=status.HTTP_201_CREATED, headers=NO_STORE)


class PaymentOptionsView(PublicView):
    @extend_schema(responses=PaymentOptionsSerializer)
    def get(self, request: Request) -> Response:
        """How the shop can be paid, and in a demo the cards to try."""
        return Response(PaymentOptionsSerializer(services.payment_options()).data)
