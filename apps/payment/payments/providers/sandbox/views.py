"""The sandbox's pages: the bank's challenge, and the decision of a dispute."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import Conflict, NotFound, Problem
from apps.common.task_queue import send_on_commit
from apps.payment.payments.providers.sandbox import charges, disputes
from apps.payment.payments.providers.sandbox.mishaps import SEND_DISPUTE_TASK, SEND_WEBHOOK_TASK
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute

# A page of its own kind: no script, and a form that leads back to the shop.
CHALLENGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


@method_decorator(csrf_exempt, name="dispatch")
class SandboxChallengeView(View):
    """The bank's page of the sandbox. Its address is the secret (192 random bits), so it needs no cookie: a forger who
    does not know the address has nothing to post to, and one who knows it could decide on the page itself."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            charge = charges.find(reference)
        except Problem:
            return HttpResponse(gettext("There is no such payment."), status=404, content_type="text/plain")
        return self._page(request, charge)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            decision = request.POST.get("decision")
            if decision not in ("approve", "decline"):
                return self._page(request, charges.find(reference))
            charge = charges.complete_challenge(reference, approved=decision == "approve")
        except Conflict:
            return self._page(request, charges.find(reference))
        except NotFound:
            return HttpResponse(gettext("There is no such payment."), status=404, content_type="text/plain")
        # Sent by the worker, as from outside; should Redis be away, the order page and the periodic job ask instead.
        send_on_commit(SEND_WEBHOOK_TASK, charge.pk)
        return HttpResponseRedirect(charge.return_url or "/")

    def _page(self, request: HttpRequest, charge: SandboxCharge) -> HttpResponse:
        context = {
            "amount": Money(charge.amount, charge.currency).format(current_language()),
            "is_open": charge.state == SandboxCharge.State.REQUIRES_ACTION,
            "return_url": charge.return_url,
        }
        return _own_page(render(request, "sandbox/challenge.html", context))


@method_decorator(csrf_exempt, name="dispatch")
class SandboxDisputeView(View):
    """Where a real provider's page for staff would be. Its address is the secret, as that of the challenge."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            return self._page(request, disputes.find(reference))
        except NotFound:
            return _unknown_dispute()

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        decision = request.POST.get("decision")
        try:
            if decision in ("won", "lost"):
                dispute = disputes.decide(reference, is_won=decision == "won")
                send_on_commit(SEND_DISPUTE_TASK, dispute.pk)
            return self._page(request, disputes.find(reference))
        except NotFound:
            return _unknown_dispute()

    def _page(self, request: HttpRequest, dispute: SandboxDispute) -> HttpResponse:
        context = {
            "amount": Money(dispute.amount, dispute.charge.currency).format(current_language()),
            "is_open": dispute.state == SandboxDispute.State.NEEDS_RESPONSE,
            "is_won": dispute.state == SandboxDispute.State.WON,
        }
        return _own_page(render(request, "sandbox/dispute.html", context))


def _unknown_dispute() -> HttpResponse:
    return HttpResponse(gettext("There is no such dispute."), status=404, content_type="text/plain")


def _own_page(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = CHALLENGE_POLICY
    return response
