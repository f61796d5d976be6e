"""Mails about refunds and return requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.addresses import admin_url
from apps.common.languages import default_language
from apps.common.mails import MailTexts, compose_mail, mail_language
from apps.common.money import Money
from apps.payment.documents.attachments import credit_note_of
from apps.payment.orders.mail_attachments import attach
from apps.payment.orders.mail_queue import MailQueue
from apps.payment.orders.mails import OrderMail, compose_order_mail, line_context, tax_context
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.refunds.selectors import tax_of_refund

REFUNDED = OrderMail(
    template="refunds/refund",
    subject=_("Your refund for order %(number)s"),
    heading=_("Your refund is on its way"),
    preheader=_("Here is what we’ve refunded."),
)
REQUESTED = OrderMail(
    template="refunds/return_requested",
    subject=_("Your return request for order %(number)s"),
    heading=_("We’ve received your request"),
    preheader=_("We’ll get back to you soon."),
)
DECLINED = OrderMail(
    template="refunds/return_declined",
    subject=_("Your return request for order %(number)s"),
    heading=_("We can’t accept your return"),
    preheader=_("Here is why."),
)


def _compose_refund(refund_id: UUID) -> EmailMultiAlternatives | None:
    refunds = Refund.objects.select_related("order", "return_request").prefetch_related("lines__line", "order__lines")
    refund = refunds.get(pk=refund_id)
    rows = sorted(refund.lines.all(), key=lambda row: row.line.position)

    def context(language: str) -> dict[str, Any]:
        def formatted(amount: int) -> str:
            return Money(amount, refund.currency).format(language)

        extras = []
        if refund.shipping_amount:
            extras.append({"label": gettext("Shipping"), "amount": formatted(refund.shipping_amount)})
        if refund.goodwill_amount:
            extras.append({"label": gettext("Goodwill"), "amount": formatted(refund.goodwill_amount)})
        return {
            "refund": refund,
            "lines": [line_context(row.line, row.quantity, formatted(row.amount)) for row in rows if row.quantity],
            "extras": extras,
            "shipping": "",
            "discount": "",
            "gift_message": "",
            "total": formatted(refund.amount),
            "taxes": tax_context(refund.order, tax_of_refund(refund), language),
        }

    message = compose_order_mail(refund.order, REFUNDED, context)
    if message is not None:
        for found in credit_note_of(refund.pk):
            attach(message, found)
    return message


def _compose_return(request_id: UUID) -> EmailMultiAlternatives | None:
    requests = ReturnRequest.objects.select_related("order").prefetch_related("lines__line", "order__lines")
    request = requests.get(pk=request_id)
    # The mail about its refund says that a request was accepted.
    if request.state == ReturnRequest.State.ACCEPTED:
        return None
    rows = sorted(request.lines.all(), key=lambda row: row.line.position)

    def context(language: str) -> dict[str, Any]:
        return {
            "return_request": request,
            "lines": [line_context(row.line, row.quantity, "") for row in rows],
            # What is to come back, not what was paid.
            "shipping": "",
            "total": "",
            "taxes": [],
        }

    mail = DECLINED if request.state == ReturnRequest.State.DECLINED else REQUESTED
    return compose_order_mail(request.order, mail, context)


def _compose_for_staff(request_id: UUID) -> EmailMultiAlternatives | None:
    """In the shop's first language; nothing about a request that was decided meanwhile."""
    requests = ReturnRequest.objects.select_related("order").prefetch_related("lines__line")
    request = requests.get(pk=request_id)
    to = settings.RETURN_REQUESTS_EMAIL
    if not to or request.state != ReturnRequest.State.OPEN:
        return None
    with mail_language(default_language()):
        order = request.order
        number = {"number": order.number}
        rows = sorted(request.lines.all(), key=lambda row: row.line.position)
        reason = gettext("You’re receiving this e-mail because this address gets the return requests of the shop.")
        subject = gettext("Return request for order %(number)s") % number
        context = {
            "order": order,
            "return_request": request,
            "lines": [line_context(row.line, row.quantity, "") for row in rows],
            "url": admin_url("payment", f"orders/order/{order.pk}/return/"),
        }
        texts = MailTexts(subject, request.get_reason_display(), reason)
        return compose_mail("refunds/return_for_staff", texts, to=to, context=context)


staff_return_queue = MailQueue(
    ReturnRequest, job="send-due-staff-return-mails", compose=_compose_for_staff, field="staff_mail_due_at"
)
refund_queue = MailQueue(Refund, job="send-due-refund-mails", compose=_compose_refund)
return_queue = MailQueue(ReturnRequest, job="send-due-return-mails", compose=_compose_return)
