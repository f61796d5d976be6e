"""Plans, the account's subscription, and cancelling it, also without signing in."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem, Unavailable
from apps.common.languages import current_language
from apps.ui.storefront.clients import catalog, subscriptions, video
from apps.ui.storefront.clients.catalog_schemas import ProductPage
from apps.ui.storefront.clients.subscriptions import Plan, PlanQuote, Subscription
from apps.ui.storefront.currency import current_currency
from apps.ui.storefront.forms import CancelSubscriptionForm
from apps.ui.storefront.pages import shared_page
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.subscribing import ChargePage, return_url

FORM = require_http_methods(["GET", "HEAD", "POST"])
CARD = sensitive_post_parameters("card-number", "card-cvc", "card-expiry")
NO_FILMS = ProductPage((), None, None)
REFRESH_SECONDS = 3


@require_safe
def plans(request: ShopRequest) -> HttpResponse:
    """What a subscription costs and includes."""
    offered = subscriptions.plans()
    films = fetch_or_default(lambda: _films_of(offered), NO_FILMS).result()
    return shared_page(
        request,
        "storefront/plans.html",
        sources=(offered, films),
        context=lambda: {
            "plans": [(plan, plan.price_in(current_currency())) for plan in offered],
            "films": films.results,
            "name": offered[0].name if offered else "",
            "description": offered[0].description if offered else "",
            "trial_days": max((plan.trial_days for plan in offered), default=0),
        },
    )


def _films_of(offered: tuple[Plan, ...]) -> ProductPage:
    """The films that the first plan includes, as the shop shows them."""
    slugs = video.slugs_of_package(offered[0].package) if offered else []
    return catalog.products_named(slugs) if slugs else NO_FILMS


@require_safe
def subscription(request: ShopRequest) -> HttpResponse:
    """The account's subscription. It reloads by itself while the first payment is being made."""
    found = subscriptions.subscription(request.shop.require_token())
    offered = fetch_or_default(subscriptions.plans, ()).result()
    others = [plan for plan in offered if found and found.is_changeable and _is_other(plan, found)]
    response = render(request, "storefront/subscription.html", {"subscription": found, "others": others})
    if found and found.state == "incomplete" and not found.next_action:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _is_other(plan: Plan, found: Subscription) -> bool:
    chosen = found.next_plan or found.plan
    return plan.code != chosen.code and plan.price_in(found.currency) is not None


@CARD
@FORM
def subscribe(request: ShopRequest) -> HttpResponse:
    """One page with country and card, and the button that the law names."""
    token = request.shop.require_token()
    plan = _plan(request.POST.get("plan") or request.GET.get("plan", ""))
    price = plan.price_in(current_currency())
    if price is None:
        raise Http404
    before = subscriptions.subscription(token)
    if before and before.is_live:
        messages.info(request, gettext("You have a subscription already."))
        return redirect("subscription")
    # A trial is given once to an account.
    has_trial = bool(plan.trial_days) and not (before and before.trial_ends_at)
    page = ChargePage(request, "storefront/subscribe.html", {})
    quoted = _quote(plan, price.currency, page)
    price = quoted.price if quoted else price
    due = price if not has_trial else price * 0
    page.context = {"plan": plan, "price": price, "quote": quoted, "due": due, "has_trial": has_trial}
    is_sent = page.is_sent and not page.is_update
    if not is_sent or not all([page.cards.is_valid(), page.home.is_valid(), page.company.is_valid()]):
        return page.show()
    if page.sent.get("price") != str(price.amount):
        heading, text = gettext("The price has changed"), gettext("Please check it before you confirm.")
        return page.show(failure={"heading": heading, "text": text})

    def send(key: str) -> Subscription:
        body = {
            "plan": plan.code,
            "currency": price.currency,
            **page.home.cleaned_data,
            **page.company.billing(page.home),
            "payment_method": page.card_id(),
            "return_url": return_url(),
            "expected_amount": due.as_dict(),
            "language": current_language(),
        }
        return subscriptions.subscribe(token, body, key=key)

    return page.charge(send)


def _quote(plan: Plan, currency: str, page: ChargePage) -> PlanQuote | None:
    """The price and its tax where the customer is; None while the state or the VAT ID is unusable, which subscribing
    says."""
    sent = page.sent
    place = {"country": page.home.country_code, "region": sent.get("home-region", "")}
    try:
        return subscriptions.quote(plan.code, currency=currency, **place, vat_id=sent.get("company-vat_id", ""))
    except RemoteProblem as problem:
        if problem.status != 400:
            raise
        return None


@FORM
def change_plan(request: ShopRequest) -> HttpResponse:
    """What another plan costs now and when it is in effect, and the button that changes it."""
    token = request.shop.require_token()
    preview = subscriptions.change_preview(token, request.POST.get("plan") or request.GET.get("plan", ""))
    page = ChargePage(request, "storefront/subscription_change.html", {"preview": preview}, has_card=False)
    if not page.is_sent:
        return page.show()
    if page.sent.get("amount") != str(preview.amount.amount):
        heading, text = gettext("The amount has changed"), gettext("Please check it before you confirm.")
        return page.show(failure={"heading": heading, "text": text})
    body = {"plan": preview.plan.code, "expected_amount": preview.amount.as_dict(), "return_url": return_url()}
    return page.charge(lambda key: subscriptions.change_plan(token, body, key=key))


@FORM
def pay(request: ShopRequest) -> HttpResponse:
    """What is overdue is paid with the subscription's own card, which the bank may want to be confirmed; mails about a
    declined renewal lead here."""
    token = request.shop.require_token()
    found = subscriptions.subscription(token)
    if found is None or found.due is None or found.payment_method is None or found.next_action:
        return redirect("subscription")
    page = ChargePage(request, "storefront/subscription_pay.html", {"subscription": found}, has_card=False)
    if not page.is_sent:
        return page.show()
    body = {"payment_method": found.payment_method.id, "return_url": return_url()}
    return page.charge(lambda key: subscriptions.use_card(token, body, key=key))


@CARD
@FORM
def change_card(request: ShopRequest) -> HttpResponse:
    """Another card; what is overdue is paid with it at once."""
    token = request.shop.require_token()
    found = subscriptions.subscription(token)
    if found is None or not found.is_live:
        raise Http404
    page = ChargePage(request, "storefront/subscription_card.html", {"subscription": found}, preselects=False)
    if not (page.is_sent and page.cards.is_valid()):
        return page.show()

    def send(key: str) -> Subscription:
        body = {"payment_method": page.card_id(), "return_url": return_url()}
        return subscriptions.use_card(token, body, key=key)

    return page.charge(send)


@require_POST
def resume(request: ShopRequest) -> HttpResponse:
    """Withdraw a cancellation."""
    subscriptions.resume(request.shop.require_token())
    messages.success(request, gettext("Your subscription goes on."))
    return redirect("subscription")


@require_safe
def invoice(request: ShopRequest, period_id: uuid.UUID) -> HttpResponse:
    """The PDF of an invoice."""
    content = subscriptions.invoice(request.shop.require_token(), str(period_id))
    return _pdf(content, request.GET.get("name", "") or "invoice")


@require_safe
def credit_note(request: ShopRequest, period_id: uuid.UUID, number: str) -> HttpResponse:
    """The PDF of a credit note."""
    return _pdf(subscriptions.credit_note(request.shop.require_token(), str(period_id), number), number)


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name[:40]}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


@FORM
def cancel(request: ShopRequest) -> HttpResponse:
    """Where the button "Cancel contracts here" of every page leads (§ 312k BGB): who is signed in confirms; others say
    which contract it is, without having to sign in."""
    token = request.shop.token
    found = _live(token) if token else None
    if token and found:
        if request.method == "POST" and request.POST.get("step") == "confirm":
            return _cancel_own(request, token)
        return render(request, "storefront/subscription_cancel.html", {"subscription": found, "form": None})
    form = CancelSubscriptionForm(request.POST or None)
    if form.is_valid():
        try:
            subscriptions.cancel_by_number(**form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status == 429:
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            context = {"sent_to": form.cleaned_data["email"]}
            return render(request, "storefront/subscription_cancelled.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "storefront/subscription_cancel.html", {"form": form}, status=status)


def _live(token: str) -> Subscription | None:
    """None also while payment does not say: the form works for everybody."""
    try:
        found = subscriptions.subscription(token)
    except Unavailable:
        return None
    return found if found and found.is_live and not found.is_cancelled else None


def _cancel_own(request: ShopRequest, token: str) -> HttpResponse:
    try:
        subscriptions.cancel(token)
    except RemoteProblem as problem:
        if problem.status != 409:
            raise
        messages.error(request, problem.detail)
    else:
        messages.success(request, gettext("Your subscription is cancelled. We’ve sent you a confirmation."))
    return redirect("subscription")


def _plan(code: str) -> Plan:
    found: Any = next((plan for plan in subscriptions.plans() if plan.code == code), None)
    if found is None:
        raise Http404
    return found
