"""Refunds by support staff, and return requests of customers."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE, GuestView
from apps.common.idempotency import idempotent, request_key
from apps.common.identity.permissions import RequireRole, principal_of
from apps.common.problems import ValidationProblem
from apps.payment.access import ORDER_SECRET_HEADER, caller_of
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import find_order
from apps.payment.orders.units import quantities_by_position
from apps.payment.refunds import returns, services
from apps.payment.refunds.api import examples, serializers
from apps.payment.refunds.planning import RefundChoice, everything_left
from apps.payment.refunds.selectors import find_return_request, refundable_order
from apps.payment.refunds.serializers import RefundSerializer, ReturnRequestSerializer

ORDER_SECRET = OpenApiParameter(ORDER_SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of a guest's order.")
SUPPORT = [RequireRole("support_staff")]


class OrderRefundsView(APIView):
    openapi_tag = "orders"
    permission_classes = SUPPORT

    @extend_schema(
        request=serializers.RefundOrderSerializer,
        responses={201: RefundSerializer, 202: RefundSerializer},
        examples=[examples.REFUND_OF_UNITS, examples.REFUND_OF_EVERYTHING, examples.REFUND],
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        """Refund an order or parts of it. 202 means that the money is still on its way."""
        data = validated(serializers.RefundOrderSerializer, request)
        order = find_order(number, caller_of(request))
        expected = _amount(data, "expected_refunded", order)
        refund_request = services.RefundRequest(
            _choice(order, data),
            requested_by=principal_of(request).email,
            key=request_key(request),
            reason=data["reason"],
            expected_refunded=expected if "expected_refunded" in data else None,
        )
        return refund_response(services.refund_order(order, refund_request))


class OrderReturnsView(GuestView):
    openapi_tag = "orders"

    @extend_schema(
        parameters=[ORDER_SECRET],
        request=serializers.ReturnOrderSerializer,
        responses={201: ReturnRequestSerializer},
        examples=[examples.RETURN, examples.RETURN_REQUEST],
    )
    def post(self, request: Request, number: str) -> Response:
        """Ask to return units of a paid order, or to cancel what was not sent. One request is decided at a time."""
        order = find_order(number, caller_of(request, secret_header=ORDER_SECRET_HEADER))
        data = validated(serializers.ReturnOrderSerializer, request)
        quantities = quantities_by_position(data["lines"])
        made = returns.request_return(order, quantities=quantities, reason=data["reason"], comment=data["comment"])
        return Response(ReturnRequestSerializer(made).data, status=status.HTTP_201_CREATED, headers=NO_STORE)


class OrderReturnAcceptView(APIView):
    openapi_tag = "orders"
    permission_classes = SUPPORT

    @extend_schema(
        request=serializers.AcceptReturnSerializer,
        responses={201: RefundSerializer, 202: RefundSerializer},
        examples=[examples.ACCEPT, examples.REFUND],
    )
    @idempotent
    def post(self, request: Request, number: str, request_id: uuid.UUID) -> Response:
        """Accept a return request: its units are refunded."""
        data = validated(serializers.AcceptReturnSerializer, request)
        wanted = find_return_request(find_order(number, caller_of(request)), request_id)
        goods = frozenset(row.line.position for row in wanted.lines.all() if not row.line.is_film)
        refund = returns.accept_return(
            wanted,
            by=principal_of(request).email,
            key=request_key(request),
            restocked=goods if data["restock"] else frozenset(),
        )
        return refund_response(refund)


class OrderReturnDeclineView(APIView):
    openapi_tag = "orders"
    permission_classes = SUPPORT

    @extend_schema(
        request=serializers.DeclineReturnSerializer,
        responses=ReturnRequestSerializer,
        examples=[examples.DECLINE],
    )
    def post(self, request: Request, number: str, request_id: uuid.UUID) -> Response:
        """Decline a return request with a sentence for the customer."""
        data = validated(serializers.DeclineReturnSerializer, request)
        order = find_order(number, caller_of(request))
        wanted = find_return_request(order, request_id)
        returns.decline_return(wanted, by=principal_of(request).email, response=data["response"])
        return Response(ReturnRequestSerializer(find_return_request(order, request_id)).data, headers=NO_STORE)


def refund_response(refund: services.Refund) -> Response:
    code = status.HTTP_202_ACCEPTED if refund.is_open else status.HTTP_201_CREATED
    return Response(RefundSerializer(refund).data, status=code, headers=NO_STORE)


def _choice(order: Order, data: dict[str, Any]) -> RefundChoice:
    if data["everything"]:
        return everything_left(refundable_order(order.pk), is_restocked=data["restock"])
    return RefundChoice(
        quantities_by_position(data["lines"]),
        frozenset(line["position"] for line in data["lines"] if line["restock"]),
        shipping_amount=_amount(data, "shipping", order),
        goodwill_amount=_amount(data, "goodwill", order),
    )


def _amount(data: dict[str, Any], name: str, order: Order) -> int:
    """The minor units of a field that may be left out; raises ValidationProblem for less than none or for the wrong
    currency."""
    money = data.get(name)
    if money is None:
        return 0
    if money.currency != order.currency or money.amount < 0:
        message = gettext("Enter an amount in %(currency)s, of zero or more.") % {"currency": order.currency}
        raise ValidationProblem(message, errors={name: [message]})
    return money.amount
