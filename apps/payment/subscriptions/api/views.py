"""Plans, and the account's subscription."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated, validated_query
from apps.common.api.views import NO_STORE, PublicView
from apps.common.idempotency import idempotent, optionally_idempotent, request_key
from apps.common.identity.permissions import IsUser, principal_of, user_id_of
from apps.common.languages import default_language, shop_language
from apps.common.problems import NotFound, ValidationProblem
from apps.payment.access import require_own_address
from apps.payment.documents.files import document_response
from apps.payment.documents.selectors import find_charge_credit_note, find_charge_invoice
from apps.payment.subscriptions import changing, renewing, selectors, services, subscribing
from apps.payment.subscriptions.api import examples, serializers
from apps.payment.subscriptions.api.responses import amount_in, subscription_data, subscription_response
from apps.payment.subscriptions.prices import quote_price
from apps.payment.throttling import OrderLinkThrottle

# Prices change with staff's decisions; a page asks again soon.
FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}


class PlansView(PublicView):
    openapi_tag = "subscriptions"

    @extend_schema(responses=serializers.PlansSerializer, examples=[examples.PLANS])
    def get(self, request: Request) -> Response:
        """What can be subscribed to, in the language of Accept-Language."""
        plans = {"results": list(selectors.offered_plans())}
        response = Response(serializers.PlansSerializer(plans).data, headers=FOR_A_MINUTE)
        patch_vary_headers(response, ["Accept-Language"])
        return response


class PlanQuoteView(PublicView):
    openapi_tag = "subscriptions"

    @extend_schema(
        parameters=[serializers.PlanQuoteQuerySerializer],
        responses=serializers.PlanQuoteSerializer,
        examples=[examples.QUOTE],
    )
    def get(self, request: Request, code: str) -> Response:
        """What a period of a plan costs in a place, with its tax."""
        query = validated_query(serializers.PlanQuoteQuerySerializer, request)
        price = selectors.require_price(selectors.find_plan(code), query.pop("currency"))
        return Response(serializers.PlanQuoteSerializer(quote_price(price, **query)).data, headers=NO_STORE)


class SubscriptionView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(responses=serializers.SubscriptionSerializer, examples=[examples.SUBSCRIPTION])
    def get(self, request: Request) -> Response:
        """Your subscription, else the one that ended last."""
        found = selectors.current_subscription(user_id_of(request))
        if found is None:
            raise NotFound(gettext("You have no subscription."))
        return Response(subscription_data(selectors.reread(renewing.refresh(found))), headers=NO_STORE)

    @extend_schema(
        request=serializers.SubscribeSerializer,
        responses={201: serializers.SubscriptionSerializer, 202: serializers.SubscriptionSerializer},
        examples=[examples.SUBSCRIBE, examples.SUBSCRIPTION],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Subscribe: a free trial, or the first period at once. 202 means that the bank asks you, see `next_action`."""
        data = validated(serializers.SubscribeSerializer, request)
        account = principal_of(request)
        language = data.get("language") or shop_language(account.language) or default_language()
        if not account.email:
            raise ValidationProblem(gettext("Your account needs an e-mail address."))
        subscriber = subscribing.Subscriber(
            user_id_of(request),
            account.email,
            language,
            country=data["country"],
            region=data["region"],
            company=data["company"],
            vat_id=data["vat_id"],
            billing_address=data.get("billing_address"),
        )
        wanted = subscribing.SubscribeRequest(
            subscriber,
            plan=data["plan"],
            currency=data["currency"],
            payment_method=data["payment_method"],
            key=request_key(request),
            return_url=require_own_address(data["return_url"]),
            expected_amount=amount_in(data, "expected_amount", data["currency"]),
        )
        return subscription_response(subscribing.subscribe(wanted), code=status.HTTP_201_CREATED)


class CancelView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(request=None, responses=serializers.SubscriptionSerializer)
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Cancel at the end of the period that is paid. Nothing more is charged."""
        return subscription_response(
            services.cancel(selectors.require_live(user_id_of(request)), by=principal_of(request).email)
        )


class ResumeView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(request=None, responses=serializers.SubscriptionSerializer)
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Withdraw a cancellation before the end of the period."""
        return subscription_response(
            services.resume(selectors.require_live(user_id_of(request)), by=principal_of(request).email)
        )


class ChangeView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(
        parameters=[serializers.ChangeQuerySerializer],
        responses=serializers.ChangePreviewSerializer,
        examples=[examples.PREVIEW],
    )
    def get(self, request: Request) -> Response:
        """What a change to a plan would cost now, and when it would be in effect."""
        query = validated_query(serializers.ChangeQuerySerializer, request)
        subscription = selectors.require_live(user_id_of(request))
        preview = changing.preview_change(subscription, selectors.find_plan(query["plan"]))
        return Response(serializers.ChangePreviewSerializer(preview).data, headers=NO_STORE)

    @extend_schema(
        request=serializers.ChangePlanSerializer,
        responses={200: serializers.SubscriptionSerializer, 202: serializers.SubscriptionSerializer},
        examples=[examples.CHANGE],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Change the plan: a dearer one at once, for its price less the unused days; others at the period's end."""
        data = validated(serializers.ChangePlanSerializer, request)
        subscription = selectors.require_live(user_id_of(request))
        changed = changing.change_plan(
            subscription,
            data["plan"],
            expected_amount=amount_in(data, "expected_amount", subscription.currency),
            return_url=require_own_address(data["return_url"]),
        )
        return subscription_response(changed)


class PaymentMethodView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(
        request=serializers.UseCardSerializer,
        responses={200: serializers.SubscriptionSerializer, 202: serializers.SubscriptionSerializer},
        examples=[examples.USE_CARD],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Pay with another card from now on; what is overdue is charged at once."""
        data = validated(serializers.UseCardSerializer, request)
        subscription = selectors.require_live(user_id_of(request))
        return_url = require_own_address(data["return_url"])
        return subscription_response(changing.pay_with(subscription, data["payment_method"], return_url=return_url))


class InvoiceView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, period_id: uuid.UUID) -> Any:
        """The invoice of a period that was paid."""
        selectors.require_paid_period(user_id_of(request), period_id)
        return document_response(find_charge_invoice(period_id))


class CreditNoteView(APIView):
    openapi_tag = "subscriptions"
    permission_classes = [IsUser]

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, period_id: uuid.UUID, number: str) -> Any:
        """A credit note about a period of which something was refunded."""
        selectors.require_paid_period(user_id_of(request), period_id)
        return document_response(find_charge_credit_note(period_id, number))


class CancellationsView(PublicView):
    openapi_tag = "subscriptions"
    throttle_classes = [OrderLinkThrottle]

    @extend_schema(
        request=serializers.CancellationSerializer,
        responses={202: serializers.CancellationResponseSerializer},
        examples=[examples.CANCELLATION],
    )
    def post(self, request: Request) -> Response:
        """Cancel without signing in, by number and e-mail address. The response is the same whether or not they match;
        the confirmation is mailed to the address."""
        services.cancel_by_number(**validated(serializers.CancellationSerializer, request))
        detail = gettext(
            "If the subscription number and the e-mail address match, the subscription is cancelled and we’ve sent you "
            "a confirmation."
        )
        return Response({"detail": detail}, status=status.HTTP_202_ACCEPTED, headers=NO_STORE)
