"""Cards, webhooks, and the sandbox's challenge page."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.throttling import GuestCreationThrottle
from apps.common.idempotency import optionally_idempotent
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, Problem
from apps.payment.carts.api.views import user_id_of
from apps.payment.orders.services import advance_now
from apps.payment.payments import sandbox, services, tasks
from apps.payment.payments.api.serializers import AddMethodSerializer, PaymentMethodSerializer

# A page of its own kind: no script, and a form that leads back to the shop.
CHALLENGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class PaymentMethodsView(APIView):
    permission_classes = [AllowAny]
    throttle_classes = [GuestCreationThrottle]

    @extend_schema(request=AddMethodSerializer, responses={201: PaymentMethodSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Turn a card into a token to pay with. The number is not kept."""
        data = validated(AddMethodSerializer, request)
        method = services.add_method(user_id=user_id_of(request), **data)
        answer = PaymentMethodSerializer(method).data
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class WebhookView(APIView):
    authentication_classes: list = []
    permission_classes = [AllowAny]

    @extend_schema(request=OpenApiTypes.OBJECT, responses={204: None})
    def post(self, request: Request, provider: str) -> Response:
        """A provider tells that a charge has changed. The signature covers the raw body."""
        if provider != "sandbox":
            raise NotFound("There is no such provider.")
        payment = services.receive_webhook(provider, body=request.body, headers=request.headers)
        if payment:
            advance_now(payment.order_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


@method_decorator(csrf_exempt, name="dispatch")
class SandboxChallengeView(View):
    """The bank's page of the sandbox. Its address is the secret (192 random bits), so it needs no cookie: a forger who
    does not know the address has nothing to post to, and one who knows it could answer on the page itself."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            charge = sandbox.find(reference)
        except Problem:
            return HttpResponse("There is no such payment.", status=404, content_type="text/plain")
        return self._page(request, charge)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            answer = request.POST.get("answer")
            if answer not in ("approve", "decline"):
                return self._page(request, sandbox.find(reference))
            charge = sandbox.answer_challenge(reference, approved=answer == "approve")
        except Conflict:
            return self._page(request, sandbox.find(reference))
        except NotFound:
            return HttpResponse("There is no such payment.", status=404, content_type="text/plain")
        # Sent by the worker, as from outside; should Redis be away, the order page and the periodic job ask instead.
        transaction.on_commit(lambda: tasks.send_sandbox_webhook.delay(charge.pk), robust=True)
        return HttpResponseRedirect(charge.return_url or "/")

    def _page(self, request: HttpRequest, charge: sandbox.SandboxCharge) -> HttpResponse:
        context = {
            "amount": Money(charge.amount, charge.currency).format(),
            "is_open": charge.state == sandbox.State.REQUIRES_ACTION,
            "return_url": charge.return_url,
        }
        response = render(request, "payments/challenge.html", context)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = CHALLENGE_POLICY
        return response
