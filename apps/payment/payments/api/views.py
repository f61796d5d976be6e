"""Cards, and the sandbox's challenge page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE, GuestView, PublicView
from apps.common.idempotency import optionally_idempotent
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, Problem
from apps.common.task_queue import send_on_commit
from apps.payment.access import caller_of
from apps.payment.payments import services
from apps.payment.payments.api.serializers import AddMethodSerializer, PaymentMethodSerializer, PaymentOptionsSerializer
from apps.payment.payments.providers import sandbox
from apps.payment.throttling import GuestCreationThrottle

SEND_WEBHOOK_TASK = "apps.payment.payments.tasks.send_sandbox_webhook"
# A page of its own kind: no script, and a form that leads back to the shop.
CHALLENGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


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


@method_decorator(csrf_exempt, name="dispatch")
class SandboxChallengeView(View):
    """The bank's page of the sandbox. Its address is the secret (192 random bits), so it needs no cookie: a forger who
    does not know the address has nothing to post to, and one who knows it could decide on the page itself."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            charge = sandbox.find(reference)
        except Problem:
            return HttpResponse(gettext("There is no such payment."), status=404, content_type="text/plain")
        return self._page(request, charge)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            decision = request.POST.get("decision")
            if decision not in ("approve", "decline"):
                return self._page(request, sandbox.find(reference))
            charge = sandbox.complete_challenge(reference, approved=decision == "approve")
        except Conflict:
            return self._page(request, sandbox.find(reference))
        except NotFound:
            return HttpResponse(gettext("There is no such payment."), status=404, content_type="text/plain")
        # Sent by the worker, as from outside; should Redis be away, the order page and the periodic job ask instead.
        send_on_commit(SEND_WEBHOOK_TASK, charge.pk)
        return HttpResponseRedirect(charge.return_url or "/")

    def _page(self, request: HttpRequest, charge: sandbox.SandboxCharge) -> HttpResponse:
        context = {
            "amount": Money(charge.amount, charge.currency).format(current_language()),
            "is_open": charge.state == sandbox.State.REQUIRES_ACTION,
            "return_url": charge.return_url,
        }
        response = render(request, "payments/challenge.html", context)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = CHALLENGE_POLICY
        return response
