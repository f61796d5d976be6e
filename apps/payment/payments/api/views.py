"""Cards."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE, GuestView, PublicView
from apps.common.idempotency import optionally_idempotent
from apps.payment.access import caller_of
from apps.payment.payments import services
from apps.payment.payments.api.serializers import AddMethodSerializer, PaymentMethodSerializer, PaymentOptionsSerializer
from apps.payment.throttling import GuestCreationThrottle


class PaymentMethodsView(GuestView):
    throttle_classes = [GuestCreationThrottle]

    @extend_schema(request=AddMethodSerializer, responses={201: PaymentMethodSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Turn a card into a token to pay with. The number is not kept."""
        data = validated(AddMethodSerializer, request)
        method = services.add_method(user_id=caller_of(request).user_id, **data)
        return Response(PaymentMethodSerializer(method).data, status=status.HTTP_201_CREATED, headers=NO_STORE)


class PaymentOptionsView(PublicView):
    @extend_schema(responses=PaymentOptionsSerializer)
    def get(self, request: Request) -> Response:
        """How the shop can be paid, and in a demo the cards to try."""
        return Response(PaymentOptionsSerializer(services.payment_options()).data)
