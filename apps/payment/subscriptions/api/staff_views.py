"""All subscriptions, for support."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE
from apps.common.idempotency import idempotent, optionally_idempotent, request_key
from apps.common.identity.permissions import RequireRole, principal_of
from apps.payment.subscriptions import refunding, selectors, services
from apps.payment.subscriptions.api import examples, serializers
from apps.payment.subscriptions.api.responses import amount_in, subscription_data, subscription_response
from apps.payment.subscriptions.models import Subscription

SUPPORT = [RequireRole("support_staff")]


class StaffSubscriptionsView(ListAPIView):
    """All subscriptions, newest first, for support."""

    openapi_tag = "subscriptions"
    permission_classes = SUPPORT
    serializer_class = serializers.StaffSubscriptionSerializer
    queryset = Subscription.objects.none()
    ordering = ("-started_at", "-id")

    def get_queryset(self) -> QuerySet[Subscription]:
        return selectors.all_subscriptions()


class StaffSubscriptionView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = SUPPORT

    @extend_schema(responses=serializers.SubscriptionSerializer)
    def get(self, request: Request, number: str) -> Response:
        """One subscription, for support."""
        return Response(subscription_data(selectors.find_subscription(number)), headers=NO_STORE)


class StaffCancelView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = SUPPORT

    @extend_schema(request=None, responses=serializers.SubscriptionSerializer)
    @optionally_idempotent
    def post(self, request: Request, number: str) -> Response:
        """Cancel a customer's subscription at the end of its period."""
        return subscription_response(
            services.cancel(selectors.find_subscription(number), by=principal_of(request).email)
        )


class StaffEndView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = SUPPORT

    @extend_schema(request=None, responses=serializers.SubscriptionSerializer)
    @optionally_idempotent
    def post(self, request: Request, number: str) -> Response:
        """End a subscription now. What was paid is not refunded."""
        return subscription_response(
            services.end_now(selectors.find_subscription(number), by=principal_of(request).email)
        )


class StaffExtendView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = SUPPORT

    @extend_schema(
        request=serializers.ExtendSerializer, responses=serializers.SubscriptionSerializer, examples=[examples.EXTEND]
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        """Make the trial or the paid period longer, without charge."""
        data = validated(serializers.ExtendSerializer, request)
        subscription = selectors.find_subscription(number)
        return subscription_response(services.extend(subscription, days=data["days"], by=principal_of(request).email))


class StaffRefundsView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = SUPPORT

    @extend_schema(
        request=serializers.RefundPeriodSerializer,
        responses={201: serializers.PeriodRefundSerializer, 202: serializers.PeriodRefundSerializer},
        examples=[examples.REFUND_PERIOD, examples.PERIOD_REFUND],
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        """Refund what a period cost, or a part of it. 202 means that the money is still on its way."""
        data = validated(serializers.RefundPeriodSerializer, request)
        subscription = selectors.find_subscription(number)
        period = selectors.find_paid_period(subscription, data.get("period"))
        wanted = refunding.PeriodRefundRequest(
            requested_by=principal_of(request).email,
            key=request_key(request),
            amount=amount_in(data, "amount", period.currency),
            reason=data["reason"],
            expected_refunded=amount_in(data, "expected_refunded", period.currency),
            ends_subscription=data["ends_subscription"],
        )
        refund = refunding.refund_period(period, wanted)
        code = status.HTTP_202_ACCEPTED if refund.is_open else status.HTTP_201_CREATED
        return Response(serializers.PeriodRefundSerializer(refund).data, status=code, headers=NO_STORE)
