"""Return requests: customers ask, staff accept (which refunds) or decline with a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.payment.orders.models import ERASED_EMAIL, Order, OrderLine
from apps.payment.orders.units import choose_units
from apps.payment.refunds.models import Refund, ReturnRequest, ReturnRequestLine
from apps.payment.refunds.planning import RefundChoice
from apps.payment.refunds.problems import NotReturnable, ReturnDecided
from apps.payment.refunds.services import RefundRequest, refund_order

SEND_MAIL_TASK = "apps.payment.refunds.tasks.send_return_mail"
SEND_STAFF_MAIL_TASK = "apps.payment.refunds.tasks.send_staff_return_mail"
MAX_TEXT_LENGTH = 1000
State = ReturnRequest.State


def request_return(order: Order, *, quantities: Mapping[int, int], reason: str, comment: str = "") -> ReturnRequest:
    """The customer wants to give units back (by the positions of their lines), whether they were sent yet or not.

    Raises NotReturnable for an order that is not paid or has an open request, ValidationProblem for units that are
    refunded already.
    """
    try:
        with transaction.atomic(durable=True):
            locked = Order.objects.select_for_update().get(pk=order.pk)
            if not locked.is_active:
                detail = gettext("Order %(number)s is %(state)s; nothing of it can be returned.")
                raise NotReturnable(detail % {"number": locked.number, "state": locked.get_state_display().lower()})
            lines = list(OrderLine.objects.filter(order=locked).order_by("position"))
            chosen = _chosen(lines, quantities)
            now = timezone.now()
            request = ReturnRequest.objects.create(
                order=locked,
                reason=reason,
                comment=comment.strip(),
                mail_due_at=now,
                staff_mail_due_at=now if settings.RETURN_REQUESTS_EMAIL else None,
            )
            ReturnRequestLine.objects.bulk_create(
                ReturnRequestLine(request=request, line=line, quantity=quantity) for line, quantity in chosen
            )
            send_on_commit(SEND_MAIL_TASK, str(request.pk))
            if request.staff_mail_due_at:
                send_on_commit(SEND_STAFF_MAIL_TASK, str(request.pk))
    except IntegrityError as error:
        detail = gettext("You have already asked for a return of order %(number)s. We’ll get back to you.")
        raise NotReturnable(detail % {"number": order.number}) from error
    return request


def accept_return(request: ReturnRequest, *, by: str, key: str, restocked: frozenset[int]) -> Refund:
    """Refund what the customer asked to return; the refund's own mail says so.

    Lines at the positions `restocked` go back into the stock. Raises ReturnDecided, and what `refund_order` raises.
    """
    quantities = {row.line.position: row.quantity for row in request.lines.all()}
    refund_request = RefundRequest(
        RefundChoice(quantities, restocked),
        requested_by=by,
        key=key,
        reason=request.get_reason_display(),
        return_request=request,
    )
    return refund_order(request.order, refund_request)


def decline_return(request: ReturnRequest, *, by: str, response: str) -> None:
    """Decline with a sentence for the customer. Raises ReturnDecided, or ValidationProblem without a sentence."""
    response = response.strip()
    if not response or len(response) > MAX_TEXT_LENGTH:
        message = gettext("Write to the customer why, in at most %(limit)s characters.") % {"limit": MAX_TEXT_LENGTH}
        raise ValidationProblem(message, errors={"response": [message]})
    now = timezone.now()
    with transaction.atomic(durable=True):
        declined = ReturnRequest.objects.filter(pk=request.pk, state=State.OPEN).update(
            state=State.DECLINED, response=response, decided_by=by, decided_at=now, mail_due_at=now
        )
        if not declined:
            raise ReturnDecided(gettext("Somebody else decided about this return request meanwhile."))
        send_on_commit(SEND_MAIL_TASK, str(request.pk))


def erase_texts() -> int:
    """Take what erased customers wrote out of their return requests; returns of how many."""
    written = ReturnRequest.objects.filter(order__email=ERASED_EMAIL).exclude(comment="", response="")
    return written.update(comment="", response="")


def _chosen(lines: list[OrderLine], quantities: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    return choose_units(
        lines,
        quantities,
        limit=lambda line: line.refundable_quantity,
        too_many=gettext("Of “%(title)s”, you can return at most %(count)s."),
        refusal=gettext("Choose what you’d like to return."),
    )
