"""Pages of what staff do with a subscription: each says what will happen to the money before it does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action

from apps.common.admin_site.display import money
from apps.common.problems import NotFound, Problem
from apps.common.staff.services import staff_email
from apps.payment.subscriptions import refunding, services
from apps.payment.subscriptions.forms import ConfirmForm, ExtendForm, RefundForm
from apps.payment.subscriptions.models import BillingPeriod, PeriodRefund, Subscription
from apps.payment.subscriptions.refund_booking import PlannedRefund
from apps.payment.subscriptions.selectors import charged_card, find_paid_period, refundable_period

ACTIONS = ["cancel_subscription", "end_subscription", "extend_subscription", "refund_subscription"]
State = Subscription.State


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an action: its form, what will happen, and the label of the button that does it (none: not yet)."""

    title: str
    form: forms.Form
    sentences: list[str] = field(default_factory=list)
    apply_label: str = ""
    # What staff decide about, in sentences before the form.
    intro: list[str] = field(default_factory=list)
    has_preview: bool = False


class SubscriptionActions:
    """Mixin before ModelAdmin with the actions of one subscription; support staff and admins may do all of them."""

    admin_site: AdminSite
    actions_detail = ACTIONS

    def has_support_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The form is read-only; who may change subscriptions may do what support does."""
        return bool(request.user.has_perm("subscriptions.change_subscription"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Those that make sense for the subscription as it is."""
        found = _subscription(object_id)
        possible = set()
        if found.is_live:
            possible |= {"end_subscription"} | ({"cancel_subscription"} if not found.is_cancelled else set())
        if found.state in (State.TRIALING, State.ACTIVE):
            possible.add("extend_subscription")
        if refundable_period(found):
            possible.add("refund_subscription")
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # ModelAdmin's, behind this one
        return [one for one in allowed if one.action_name.removeprefix("subscriptions_subscription_") in possible]

    @action(description=_("Cancel"), permissions=["support"], url_path="cancel", icon="event_busy")
    def cancel_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        day = {"day": _day(found.period_ends_at)}
        sentences = [
            gettext("Nothing is refunded, and nothing more is charged."),
            gettext("Films can be watched until %(day)s; the customer can resume until then.") % day,
            gettext("The customer gets a mail that confirms it."),
        ]
        form = ConfirmForm(request.POST if request.method == "POST" else None)
        title = gettext("Cancel at the end of the period")
        return self._act(
            request, found, form, (title, sentences), lambda: services.cancel(found, by=staff_email(request))
        )

    @action(description=_("End now"), permissions=["support"], url_path="end", icon="block")
    def end_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        sentences = [
            gettext("No money goes back: what was paid for the period stays paid."),
            gettext("Films can be watched no more, from now on."),
            gettext("What is being charged is stopped, and nothing more is charged."),
        ]
        form = ConfirmForm(request.POST if request.method == "POST" else None)
        return self._act(
            request,
            found,
            form,
            (gettext("End now"), sentences),
            lambda: services.end_now(found, by=staff_email(request)),
        )

    @action(description=_("Extend"), permissions=["support"], url_path="extend", icon="more_time")
    def extend_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        sentences = [
            gettext("No money moves: the days are free."),
            gettext("The period ends so many days after %(day)s, and later renewals move with it.")
            % {"day": _day(found.period_ends_at)},
        ]
        form = ExtendForm(request.POST if request.method == "POST" else None)

        def extend() -> None:
            services.extend(found, days=form.cleaned_data["days"], by=staff_email(request))

        return self._act(request, found, form, (gettext("Extend"), sentences), extend)

    @action(description=_("Refund"), permissions=["support"], url_path="refund", icon="undo")
    def refund_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """First a preview of what goes back of a period (`?period=`, else the last that has something left), then the
        refund of exactly that."""
        found = _subscription(object_id)
        period = _period(found, request.GET.get("period", ""))
        if period is None:
            messages.info(request, gettext("Nothing is left to refund."))
            return HttpResponseRedirect(_address(found))
        initial = {"key": uuid.uuid4().hex, "seen": period.refunded_amount}
        form = RefundForm(request.POST or None, period=period, initial=initial)
        page = Page(gettext("Refund"), form, intro=_paid(period), has_preview=True)
        planned = (
            _add_problem(form, lambda: refunding.preview_refund(period, form.amount())) if form.is_valid() else None
        )
        if planned is None:
            return self._page(request, found, page)
        ends = form.ends_subscription()
        amount = money(planned.amount.amount, period.currency)
        if "apply" in request.POST and request.POST.get("agreed") == str(planned.amount.amount):
            wanted = refunding.PeriodRefundRequest(
                requested_by=staff_email(request),
                key=form.cleaned_data["key"],
                amount=planned.amount.amount,
                reason=form.cleaned_data["reason"],
                expected_refunded=form.cleaned_data["seen"],
                ends_subscription=ends,
            )
            if refund := _add_problem(form, lambda: refunding.refund_period(period, wanted)):
                return _refunded(request, found, refund)
        label = gettext("Refund %(amount)s") % {"amount": amount}
        page = replace(page, apply_label=label, sentences=refund_summary(planned, ends_subscription=ends))
        return self._page(request, found, page, agreed=planned.amount.amount)

    def _act(
        self,
        request: HttpRequest,
        found: Subscription,
        form: forms.Form,
        texts: tuple[str, list[str]],
        do: Callable[[], object],
    ) -> HttpResponse:
        """The page that asks, or what it asked for; with the problem's sentence when that is refused."""
        title, sentences = texts
        if form.is_valid() and _is_done(form, do):
            messages.success(request, gettext("Done. The history says what happened."))
            return HttpResponseRedirect(_address(found))
        return self._page(request, found, Page(title, form, sentences=sentences, apply_label=title))

    def _page(self, request: HttpRequest, found: Subscription, page: Page, **context: Any) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": Subscription._meta,
            "title": f"{page.title}: {found.number}",
            "page": page,
            "form": page.form,
            "back_url": _address(found),
            "back_label": gettext("Back to the subscription"),
        }
        status = 422 if page.form.errors else 200
        return TemplateResponse(request, "admin_site/action_page.html", context, status=status)


def _subscription(object_id: Any) -> Subscription:
    try:
        return Subscription.objects.select_related("plan").get(pk=uuid.UUID(str(object_id)))
    except (ValueError, Subscription.DoesNotExist) as error:
        raise Http404 from error


def _period(found: Subscription, period_id: str) -> BillingPeriod | None:
    """The period that is named, or the last one with something to refund."""
    if not period_id:
        return refundable_period(found)
    try:
        period = find_paid_period(found, uuid.UUID(period_id))
    except (ValueError, NotFound) as error:
        raise Http404 from error
    return period if period.refundable_amount else None


def _address(found: Subscription) -> str:
    return reverse("admin:subscriptions_subscription_change", args=[found.pk])


def _paid(period: BillingPeriod) -> list[str]:
    """What staff decide about."""
    values = {
        "start": _day(period.starts_at),
        "end": _day(period.ends_at),
        "amount": money(period.amount, period.currency),
        "left": money(period.refundable_amount, period.currency),
    }
    paid = gettext("%(amount)s were paid for the period from %(start)s until %(end)s.") % values
    return [paid, gettext("%(left)s of it can be refunded.") % values]


def refund_summary(planned: PlannedRefund, *, ends_subscription: bool) -> list[str]:
    """The money first, then the subscription."""
    period, subscription = planned.period, planned.period.subscription
    currency = period.currency
    values = {
        "amount": money(planned.amount.amount, currency),
        "tax": money(planned.tax_amount, currency),
        "left": money(planned.left.amount, currency),
        "total": money(period.amount, currency),
        "card": charged_card(period),
        "day": _day(subscription.period_ends_at),
    }
    sentences = [
        gettext("%(amount)s go back to %(card)s; %(tax)s of it are VAT.") % values,
        gettext("%(left)s of %(total)s remain paid.") % values,
        gettext("A credit note is issued, and the customer gets it by mail."),
    ]
    if not subscription.is_live:
        return [*sentences, gettext("The subscription has ended already.")]
    if ends_subscription:
        ends = gettext("The subscription ends now: films can be watched no more, and nothing more is charged.")
        return [*sentences, ends]
    if subscription.is_cancelled:
        return [*sentences, gettext("Films can be watched until %(day)s; nothing more is charged.") % values]
    return [*sentences, gettext("The subscription runs on and is renewed on %(day)s as before.") % values]


def _refunded(request: HttpRequest, found: Subscription, refund: PeriodRefund) -> HttpResponse:
    amount = {"amount": money(refund.amount, refund.currency)}
    match refund.state:
        case PeriodRefund.State.COMPLETED:
            messages.success(request, gettext("%(amount)s were refunded.") % amount)
        case PeriodRefund.State.FAILED:
            messages.error(request, refund.failure_sentence)
        case _:
            messages.info(request, gettext("%(amount)s are on their way back.") % amount)
    return HttpResponseRedirect(_address(found))


def _add_problem[T](form: forms.Form, do: Callable[[], T]) -> T | None:
    """What `do` returns; None with the problem's sentences in the form when it is refused."""
    try:
        return do()
    except Problem as problem:
        sentences = [sentence for found in (problem.errors or {}).values() for sentence in found] or [str(problem)]
        form.add_error(None, sentences)
        return None


def _is_done(form: forms.Form, do: Callable[[], object]) -> bool:
    """Whether `do` was not refused; the problem's sentences are in the form otherwise."""

    def done() -> bool:
        do()
        return True

    return _add_problem(form, done) or False


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")
