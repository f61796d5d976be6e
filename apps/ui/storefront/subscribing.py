"""Pages of the account that charge a card for a subscription: subscribing, changing the plan, another card."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.cards import card_token
from apps.ui.storefront.clients import payment
from apps.ui.storefront.clients.payment import TestCard
from apps.ui.storefront.clients.subscriptions import Subscription
from apps.ui.storefront.forms import CardForm, CountryForm
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

log = structlog.get_logger(__name__)
KEY = re.compile(r"\A[0-9a-f]{32}\Z")
# Fields of the API that are one field in the form.
CARD_FIELDS = {"card.exp_month": "expiry", "card.exp_year": "expiry"}


class ChargePage:
    """A page with a button that may cost something; a refusal keeps all that was entered, except the card."""

    def __init__(self, request: ShopRequest, template: str, context: dict[str, Any]) -> None:
        self.request, self.template, self.context = request, template, context
        self.token = request.shop.require_token()
        self.is_sent = request.method == "POST"
        sent = request.POST if self.is_sent else QueryDict()
        # Created with the page: a second click, or the back button, repeats the same request.
        self.key = sent["key"] if KEY.match(sent.get("key", "")) else uuid.uuid4().hex
        self.sent = sent
        data = sent if self.is_sent else None
        self.card = CardForm(data, prefix="card")
        self.home = CountryForm(data, prefix="home")

    @cached_property
    def test_cards(self) -> tuple[TestCard, ...]:
        """Cards to try, in a demo."""
        options = fetch_or_default(payment.payment_options, None).result()
        return options.test_cards if options else ()

    def charge(self, send: Callable[[str], Subscription]) -> HttpResponse:
        """Redirect to where it went on: the subscription's page or the bank's. `send` gets the idempotency key."""
        try:
            changed = send(self.key)
        except Unavailable as error:
            log.warning("subscription unconfirmed", service=error.service, reason=error.reason)
            text = gettext("Please try again in a moment. If it already went through, you won’t be charged twice.")
            failure = {"heading": gettext("We couldn’t confirm your subscription"), "text": text}
            response = self.show(failure=failure, status=503)
            response["Retry-After"] = "5"
            return response
        except RemoteProblem as problem:
            return self._refuse(problem)
        if changed.next_action:
            return redirect(changed.next_action.url)
        return redirect("subscription")

    def card_id(self) -> str:
        """The token of the card that was entered."""
        page = f"{self.request.path} {self.key}"
        return card_token(self.card.card(), page=page, token=self.token)

    def show(self, *, failure: dict[str, Any] | None = None, status: int | None = None) -> HttpResponse:
        """The page; 422 when it replaces what was not done."""
        context = {"page": self, "card": self.card, "home": self.home, "failure": failure} | self.context
        return render(self.request, self.template, context, status=status or (422 if self.is_sent else 200))

    def _refuse(self, problem: RemoteProblem) -> HttpResponse:
        """Explain the refusal; the next attempt is a new one, so it gets a new key."""
        if problem.status == 401:
            raise problem
        self.key = uuid.uuid4().hex
        card = {CARD_FIELDS.get(n, n): texts for n, texts in problem.errors.items() if n.startswith("card")}
        if card:
            self.card.add_remote_errors(card, problem.detail)
            return self.show()
        heading = gettext("Your payment didn’t go through") if problem.status == 402 else gettext("That didn’t work")
        return self.show(failure={"heading": heading, "text": problem.detail})


def return_url() -> str:
    """Where the bank leads back to."""
    return settings.PUBLIC_URL + reverse("subscription")
