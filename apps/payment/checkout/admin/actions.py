"""Pages of what staff do with an order: each says what will happen to the money before it does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from apps.common.admin_site.display import money
from apps.common.problems import Problem
from apps.common.staff.services import staff_email
from apps.payment.checkout import services as checkout
from apps.payment.checkout.admin import summaries
from apps.payment.checkout.forms import (
    ConfirmForm,
    MailForm,
    NoteForm,
    RefundForm,
    ReturnDecisionForm,
    ShipForm,
)
from apps.payment.checkout.mail_choices import mail_choices, resend
from apps.payment.orders import services as orders
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import payments_of
from apps.payment.refunds import returns
from apps.payment.refunds import services as refunds
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.refunds.planning import RefundChoice, RefundPlan, everything_left
from apps.payment.refunds.selectors import refundable_order, return_requests_of
from apps.payment.shipments import services as shipments

ACTIONS = ["refund_order", "ship_order", "cancel_order", "decide_return", "resend_mail", "add_note"]


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
    decline_label: str = ""


class OrderActions:
    """Mixin before ModelAdmin with the actions of one order; support staff and admins may do all of them."""

    admin_site: AdminSite
    actions_detail = ACTIONS

    def has_support_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Names no model permission of its own: who may change orders may do what support does."""
        return bool(request.user.has_perm("orders.change_order"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Those that make sense for the order as it is."""
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # ModelAdmin's, behind this one
        possible = _possible_actions(_order(object_id))
        return [found for found in allowed if found.action_name.removeprefix("orders_order_") in possible]

    @action(description=_("Refund"), permissions=["support"], url_path="refund", icon="undo")
    def refund_order(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """First a preview of what goes back, then the refund of exactly that."""
        order = _order(object_id)
        initial = _fresh_key() | {"seen": order.refunded_amount}
        form = RefundForm(request.POST or None, order=order, initial=initial)
        if not form.is_valid():
            return self._page(request, order, Page(gettext("Refund"), form, has_preview=True))
        plan = _add_problem(form, lambda: refunds.preview_refund(order, form.choice()))
        if plan is None:
            return self._page(request, order, Page(gettext("Refund"), form, has_preview=True))
        is_agreed = "apply" in request.POST and request.POST.get("amount") == str(plan.amount)
        if is_agreed:
            refund_request = refunds.RefundRequest(
                form.choice(),
                requested_by=staff_email(request),
                key=form.cleaned_data["key"],
                reason=form.cleaned_data["reason"],
                expected_refunded=form.cleaned_data["seen"],
            )
            if refund := _add_problem(form, lambda: refunds.refund_order(order, refund_request)):
                return self._refunded(request, order, refund)
        return self._refund_page(request, order, form, plan, title=gettext("Refund"))

    @action(description=_("Ship"), permissions=["support"], url_path="ship", icon="local_shipping")
    def ship_order(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = _order(object_id)
        form = ShipForm(request.POST or None, order=order, initial=_fresh_key() | {"carrier": "dhl"})
        if form.is_valid():
            data = form.cleaned_data
            shipment_request = shipments.ShipmentRequest(
                carrier=data["carrier"],
                shipped_by=staff_email(request),
                key=data["key"],
                quantities=form.quantities(),
                tracking_number=data["tracking_number"],
                tracking_url=data["tracking_url"],
            )
            if _add_problem(form, lambda: shipments.ship(order, shipment_request)):
                return self._done(request, order, gettext("The parcel is recorded, and the customer gets a mail."))
        sentences = [summaries.no_money_moves(), gettext("The customer gets a mail with the tracking link.")]
        page = Page(gettext("Ship"), form, sentences, apply_label=gettext("Ship this parcel"))
        return self._page(request, order, page)

    @action(description=_("Cancel order"), permissions=["support"], url_path="cancel", icon="cancel")
    def cancel_order(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Of an unpaid order, or of a paid one of which nothing was sent, which refunds it."""
        order = _order(object_id)
        form = ConfirmForm(request.POST or None, initial=_fresh_key())
        if order.state in Order.CANCELLABLE:
            if form.is_valid() and _is_done(form, lambda: checkout.cancel_order(order, by="the shop")):
                return self._done(request, order, gettext("The order is cancelled."))
            sentences = summaries.cancel_unpaid_summary(order)
            return self._page(request, order, Page(gettext("Cancel order"), form, sentences, gettext("Cancel order")))
        if form.is_valid():
            options = {"by": staff_email(request), "key": form.cleaned_data["key"]}
            reason = gettext("Cancelled by the shop")
            refund = _add_problem(form, lambda: refunds.cancel_paid_order(order, **options, reason=reason))
            if refund:
                return self._refunded(request, order, refund)
        plan = _add_problem(form, lambda: _cancellation(order))
        if plan is None:
            return self._page(request, order, Page(gettext("Cancel order"), form))
        return self._refund_page(request, order, form, plan, title=gettext("Cancel order"))

    @action(
        description=_("Decide return request"),
        permissions=["support"],
        url_path="return",
        icon="assignment_return",
        variant=ActionVariant.PRIMARY,
    )
    def decide_return(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Accept the open return request, which refunds it, or decline it with a sentence."""
        order = _order(object_id)
        wanted = _open_return(order)
        if wanted is None:
            return self._done(request, order, gettext("There is no open return request."), level=messages.INFO)
        form = ReturnDecisionForm(request.POST or None, initial=_fresh_key())
        if form.is_valid():
            data, by = form.cleaned_data, staff_email(request)
            if "decline" in request.POST:
                response = data["response"]
                if _is_done(form, lambda: returns.decline_return(wanted, by=by, response=response)):
                    return self._done(request, order, gettext("The request is declined, and the customer gets a mail."))
            else:
                goods = _goods(wanted) if data["restock"] else frozenset()
                key = data["key"]
                accept = _add_problem(form, lambda: returns.accept_return(wanted, by=by, key=key, restocked=goods))
                if accept:
                    return self._refunded(request, order, accept)
        title = gettext("Return request")
        plan = _add_problem(form, lambda: refunds.preview_refund(order, _wanted_units(wanted)))
        decline_label = gettext("Decline")
        if plan is None:
            return self._page(request, order, Page(title, form, intro=_wish(wanted), decline_label=decline_label))
        sentences = summaries.return_summary(plan, payments_of([order]).get(order.pk))
        label = gettext("Accept and refund %(amount)s") % {"amount": money(plan.amount, order.currency)}
        page = Page(title, form, sentences, label, intro=_wish(wanted), decline_label=decline_label)
        return self._page(request, order, page)

    @action(description=_("Resend mail"), permissions=["support"], url_path="resend", icon="forward_to_inbox")
    def resend_mail(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = _order(object_id)
        form = MailForm(request.POST or None, choices=mail_choices(order))
        if form.is_valid() and _is_done(form, lambda: resend(order, form.cleaned_data["mail"])):
            return self._done(request, order, gettext("The mail is on its way to %(email)s.") % {"email": order.email})
        sentences = [summaries.no_money_moves(), gettext("The mail goes to %(email)s.") % {"email": order.email}]
        return self._page(request, order, Page(gettext("Resend mail"), form, sentences, gettext("Send again")))

    @action(description=_("Add note"), permissions=["support"], url_path="note", icon="edit_note")
    def add_note(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = _order(object_id)
        form = NoteForm(request.POST or None)
        if form.is_valid():
            orders.add_note(order, text=form.cleaned_data["text"], by=staff_email(request))
            return self._done(request, order, gettext("The note is saved."))
        sentences = [summaries.no_money_moves(), gettext("Staff see the note in the timeline; customers never do.")]
        return self._page(request, order, Page(gettext("Add note"), form, sentences, gettext("Save note")))

    def _refund_page(
        self, request: HttpRequest, order: Order, form: forms.Form, plan: RefundPlan, *, title: str
    ) -> HttpResponse:
        sentences = summaries.refund_summary(plan, payments_of([order]).get(order.pk))
        label = gettext("Refund %(amount)s") % {"amount": money(plan.amount, order.currency)}
        page = Page(title, form, sentences, label, has_preview=isinstance(form, RefundForm))
        return self._page(request, order, page, amount=plan.amount)

    def _page(self, request: HttpRequest, order: Order, page: Page, **context: Any) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": Order._meta,
            "title": f"{page.title}: {order.number}",
            "order": order,
            "page": page,
            "form": page.form,
            "order_url": _address(order),
        }
        status = 422 if page.form.errors else 200
        return TemplateResponse(request, "checkout/order_action.html", context, status=status)

    def _refunded(self, request: HttpRequest, order: Order, refund: Refund) -> HttpResponse:
        amount = {"amount": money(refund.amount, refund.currency)}
        match refund.state:
            case Refund.State.COMPLETED:
                return self._done(request, order, gettext("%(amount)s were refunded.") % amount)
            case Refund.State.FAILED:
                return self._done(request, order, refund.failure_sentence, level=messages.ERROR)
        return self._done(request, order, gettext("%(amount)s are on their way back.") % amount, level=messages.INFO)

    def _done(
        self, request: HttpRequest, order: Order, sentence: str, *, level: int = messages.SUCCESS
    ) -> HttpResponse:
        messages.add_message(request, level, sentence)
        return HttpResponseRedirect(_address(order))


def _order(object_id: Any) -> Order:
    try:
        return refundable_order(uuid.UUID(str(object_id)))
    except (ValueError, Order.DoesNotExist) as error:
        raise Http404 from error


def _address(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def _fresh_key() -> dict[str, str]:
    return {"key": uuid.uuid4().hex}


def _add_problem[T](form: forms.Form, do: Callable[[], T]) -> T | None:
    """What `do` returns; None with the problem's sentences in the form when it is refused."""
    try:
        return do()
    except Problem as problem:
        sentences = [sentence for found in (problem.errors or {}).values() for sentence in found] or [str(problem)]
        if form.is_bound:
            form.add_error(None, sentences)
        return None


def _is_done(form: forms.Form, do: Callable[[], object]) -> bool:
    """Whether `do` was not refused; the problem's sentences are in the form otherwise."""

    def done() -> bool:
        do()
        return True

    return _add_problem(form, done) or False


def _possible_actions(order: Order) -> set[str]:
    possible = {"add_note"}
    lines = list(order.lines.all())
    if order.paid_at:
        possible.add("resend_mail")
    if order.is_active:
        possible.add("refund_order")
        if any(line.shippable_quantity for line in lines):
            possible.add("ship_order")
        if _open_return(order):
            possible.add("decide_return")
    if order.state in Order.CANCELLABLE or (order.is_active and refunds.is_untouched(order)):
        possible.add("cancel_order")
    return possible


def _open_return(order: Order) -> ReturnRequest | None:
    requests = return_requests_of([order])[order.pk]
    return next((request for request in requests if request.state == ReturnRequest.State.OPEN), None)


def _cancellation(order: Order) -> RefundPlan:
    refunds.require_untouched(order)
    return refunds.preview_refund(order, everything_left(order, is_restocked=True))


def _wanted_units(wanted: ReturnRequest) -> RefundChoice:
    return RefundChoice({row.line.position: row.quantity for row in wanted.lines.all()})


def _goods(wanted: ReturnRequest) -> frozenset[int]:
    return frozenset(row.line.position for row in wanted.lines.all() if not row.line.is_film)


def _wish(wanted: ReturnRequest) -> list[str]:
    """What the customer asks for, and why."""
    units = ", ".join(f"{row.quantity} × {row.line.title}" for row in wanted.lines.all())
    sentences = [gettext("The customer wants to return: %(units)s") % {"units": units}, wanted.get_reason_display()]
    return [*sentences, f"“{wanted.comment}”"] if wanted.comment else sentences
