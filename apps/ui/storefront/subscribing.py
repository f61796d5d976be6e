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
from apps.ui.storefront.address_forms import HomeForm, SubscriberCompanyForm
from apps.ui.storefront.card_choice import CardChoice
from apps.ui.storefront.clients.subscriptions import Subscription
from apps.ui.storefront.forms import typed_values
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.stripe_pages import let_stripe_in

log = structlog.get_logger(__name__)
KEY = re.compile(r"\A[0-9a-f]{32}\Z")


class ChargePage:
    """A page with a button that may cost something; a refusal keeps all that was entered, except the card."""

    def __init__(
        self,
        request: ShopRequest,
        template: str,
        context: dict[str, Any],
        *,
        has_card: bool = True,
        preselects: bool = True,
    ) -> None:
        self.request, self.template, self.context = request, template, context
        self.has_card, self.preselects = has_card, preselects
        self.is_sent = request.method == "POST"
        sent = request.POST if self.is_sent else QueryDict()
        # Created with the page: a second click, or the back button, repeats the same request.
        self.key = sent["key"] if KEY.match(sent.get("key", "")) else uuid.uuid4().hex
        self.sent = sent
        # Another country changes the form and the price; nothing is an error then.
        self.is_update = sent.get("step") == "update"
        data = sent if self.is_sent and not self.is_update else None
        self.home = HomeForm(data, prefix="home", initial=typed_values(sent, "home"))
        self.company = SubscriberCompanyForm(data, prefix="company", initial=typed_values(sent, "company"))

    @cached_property
    def cards(self) -> CardChoice:
        """The card to charge from now on: one that is saved, or a new one, which is saved for that."""
        data = self.sent if self.is_sent and not self.is_update else None
        return CardChoice(self.request.shop, typed=self.sent, data=data, saves=True, preselects=self.preselects)

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
        """The payment method that was chosen."""
        return self.cards.method_id(page=f"{self.request.path} {self.key}")

    def show(self, *, failure: dict[str, Any] | None = None, status: int | None = None) -> HttpResponse:
        """The page; 422 when it replaces what was not done."""
        context = {"page": self, "home": self.home, "company": self.company, "failure": failure} | self.context
        if self.has_card:
            context["card"] = None if self.cards.selected else self.cards.form
        response = render(
            self.request, self.template, context, status=status or (200 if self.is_update or not self.is_sent else 422)
        )
        return let_stripe_in(response) if self.has_card and self.cards.stripe_key else response

    def _refuse(self, problem: RemoteProblem) -> HttpResponse:
        """Explain the refusal; the next attempt is a new one, so it gets a new key."""
        if problem.status == 401:
            raise problem
        self.key = uuid.uuid4().hex
        if self.has_card and self.cards.add_remote_errors(problem):
            return self.show()
        if problem.status == 400 and self._add_address_errors(problem):
            return self.show()
        heading = gettext("Your payment didn’t go through") if problem.status == 402 else gettext("That didn’t work")
        return self.show(failure={"heading": heading, "text": problem.detail})

    def _add_address_errors(self, problem: RemoteProblem) -> bool:
        """Add what is wrong with the address or the company; False when it is neither."""
        names = {
            name for name in problem.errors if name.rsplit(".", 1)[-1] in (*self.home.fields, *self.company.fields)
        }
        for form in (self.home, self.company):
            found = {name: problem.errors[name] for name in names if name.rsplit(".", 1)[-1] in form.fields}
            if found and form.is_bound:
                form.add_remote_errors(found, problem.detail)
        return bool(names)


def return_url() -> str:
    """Where the bank leads back to."""
    return settings.PUBLIC_URL + reverse("subscription")
