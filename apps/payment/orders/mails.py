"""Confirmation mails: due with the order's payment or refund, sent by the worker, tried again until they are out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from babel import Locale
from babel.dates import format_interval
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.jobs.services import for_each, is_outage, resting
from apps.common.leases import claim
from apps.common.mails import MailTexts, compose_mail, mail_language
from apps.common.money import Money
from apps.common.numbers import percentage
from apps.common.task_queue import send_batch_on_commit
from apps.payment import access
from apps.payment.orders.mail_attachments import attach_files
from apps.payment.orders.models import ERASED_EMAIL, Order, OrderLine
from apps.payment.orders.selectors import tax_of
from apps.payment.tax.services import RateTotal, TaxedAmount, tax_by_rate
from apps.payment.tax.wording import untaxed_title

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

log = structlog.get_logger(__name__)

# While one worker is at a mail no other takes it; after a failure it is due again then.
RETRY_AFTER = timedelta(minutes=5)
# Long enough for the task that was sent when the order was paid.
GRACE = timedelta(minutes=1)
WORTH_SENDING = timedelta(days=3)
JOB = "send-due-confirmations"
# Plain English would be that of the United States, where the month comes first.
DATE_LOCALES = {"en": "en-GB"}
LINK_JOB = "send-due-links"
SEND_TASK = "apps.payment.orders.tasks.send_new_confirmations"
# By template: subject, heading, preheader.
TEXTS = {
    "confirmation": (
        _("Your order %(number)s is confirmed"),
        _("Thank you for your order!"),
        _("We’ve received your payment. Here is what you bought."),
    ),
    "refunded": (
        _("Your refund for order %(number)s"),
        _("We’ve refunded your order"),
        _("All of your money is on its way back to you."),
    ),
    "link": (
        _("The link to your order %(number)s"),
        _("Here is your order"),
        _("Open it to see its status."),
    ),
}


@dataclass(frozen=True, slots=True)
class OrderMail:
    """A kind of mail about an order: its template (`shipments/shipped`), and texts that may hold `%(number)s`."""

    template: str
    subject: str | _StrPromise
    heading: str | _StrPromise
    preheader: str | _StrPromise


def enqueue_confirmation() -> None:
    """Have the worker send the mail soon after the transaction has committed. The order's `confirmation_due_at` says
    that it is owed: should Redis be away, the periodic job sends it."""
    send_batch_on_commit(SEND_TASK)


def send_confirmation(order_id: UUID | str) -> None:
    """Send the mail that says thank you and what was bought, or that the money goes back, if it is still owed.

    It is sent once, but for a crash between sending and recording that. Raises OSError when the mail server failed.
    """
    lease = claim(Order.objects.all(), order_id, field="confirmation_due_at", duration=RETRY_AFTER)
    if lease is None:
        return
    order = Order.objects.prefetch_related("lines").get(pk=order_id)
    # An order that was refunded later has another mail for that.
    is_unfulfilled = order.state == Order.State.REFUNDED and bool(order.failure_code)
    message = _message(order, "refunded" if is_unfulfilled else "confirmation")
    if not is_unfulfilled:
        attach_files(message, order)
    message.send()
    # Not when another mail has become due meanwhile.
    lease.held().update(confirmation_due_at=None)


def send_new_confirmations(limit: int) -> int:
    """Send all mails that are due; returns how many were tried. One that fails keeps no other waiting: it is left to
    `send_due_confirmations`."""
    due = Order.objects.filter(confirmation_due_at__lte=timezone.now()).order_by("confirmation_due_at")
    order_ids = list(due.values_list("pk", flat=True)[:limit])
    for order_id in order_ids:
        try:
            send_confirmation(order_id)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("confirmation not sent; it is tried again", order=str(order_id), error=str(error))
    return len(order_ids)


def send_due_confirmations(limit: int) -> int:
    """Send mails that could not be sent, or whose task was lost while Redis was away; returns how many."""
    now = timezone.now()
    # By when the mail became due, not by when the order was paid: staff may have an old one sent again.
    due = Order.objects.filter(confirmation_due_at__lte=now - GRACE, confirmation_due_at__gt=now - WORTH_SENDING)
    due = due.exclude(pk__in=resting(JOB)).order_by("confirmation_due_at")
    order_ids = list(due.values_list("pk", flat=True)[:limit])
    return for_each(order_ids, send_confirmation, job=JOB, give_up=abandon_mail)


def send_link(order_id: UUID | str) -> bool:
    """Send the link to an order that was asked for, if it is still owed; False when it is not.

    Raises OSError when the mail server failed; the mail is due again later.
    """
    lease = claim(Order.objects.all(), order_id, field="link_mail_due_at", duration=RETRY_AFTER)
    if lease is None:
        return False
    _message(Order.objects.prefetch_related("lines").get(pk=order_id), "link").send()
    lease.held().update(link_mail_due_at=None)
    return True


def send_due_links(limit: int) -> int:
    """Send the links to orders that are due; returns how many."""
    now = timezone.now()
    due = Order.objects.filter(link_mail_due_at__lte=now).exclude(pk__in=resting(LINK_JOB))
    order_ids = list(due.order_by("link_mail_due_at").values_list("pk", flat=True)[:limit])
    return for_each(order_ids, send_link, job=LINK_JOB, give_up=abandon_link)


def abandon_link(order_id: UUID, reason: str) -> None:
    Order.objects.filter(pk=order_id).update(link_mail_due_at=None)


def abandon_mail(order_id: UUID, reason: str) -> None:
    Order.objects.filter(pk=order_id).update(confirmation_due_at=None)


def _message(order: Order, template: str) -> EmailMultiAlternatives:
    """In the language of the order."""
    with mail_language(order.language) as language:
        subject, heading, preheader = (str(text) % {"number": order.number} for text in TEXTS[template])
        reason = gettext("You’re receiving this e-mail because you placed order %(number)s with us.")
        if template == "link":
            reason = gettext("You’re receiving this e-mail because someone asked for the link to order %(number)s.")
        texts = MailTexts(subject, preheader, reason % {"number": order.number})
        context = mail_context(order, language) | {"heading": heading}
        return compose_mail(f"orders/{template}", texts, to=order.email, context=context)


def compose_order_mail(
    order: Order, mail: OrderMail, context: Callable[[str], dict[str, Any]]
) -> EmailMultiAlternatives | None:
    """A mail about something that happened to an order, in its language; None for a customer who was erased.

    `context(language)` is called while that language is active, and goes over `mail_context`.
    """
    if order.email == ERASED_EMAIL:
        return None
    with mail_language(order.language) as language:
        numbered = {"number": order.number}
        subject, heading, preheader = (str(text) % numbered for text in (mail.subject, mail.heading, mail.preheader))
        reason = gettext("You’re receiving this e-mail because you placed order %(number)s with us.") % numbered
        whole = mail_context(order, language) | {"heading": heading} | context(language)
        return compose_mail(mail.template, MailTexts(subject, preheader, reason), to=order.email, context=whole)


def line_context(line: OrderLine, quantity: int, total: str) -> dict[str, Any]:
    """A line as the templates show it; `total` may be empty."""
    return {
        "title": line.title,
        "variant": line.variant_name,
        "quantity": quantity,
        "image_url": line.image_url,
        "url": f"{settings.PUBLIC_URL}/p/{line.slug}",
        "total": total,
    }


def mail_context(order: Order, language: str) -> dict[str, Any]:
    """The template context of an order's mails."""
    lines = sorted(order.lines.all(), key=lambda line: line.position)
    has_images = any(line.image_url for line in lines)
    return {
        "order": order,
        "gift_message": order.gift_message,
        "lines": [
            line_context(line, line.quantity, Money(line.full_amount, order.currency).format(language))
            for line in lines
        ],
        "has_images": has_images,
        "label_columns": 2 if has_images else 1,
        "discount": _discount(order, language),
        "extras": _added_tax(order, language),
        "shipping": _shipping_price(order, language),
        "shipping_name": order.shipping_name,
        "total": order.total.format(language),
        "taxes": tax_context(order, tax_of(order), language),
        "delivery": _delivery_days(order, language),
        "has_films": any(line.kind == "video" for line in lines),
        "order_url": _order_url(order),
        "cart_url": f"{settings.PUBLIC_URL}/cart",
        "library_url": f"{settings.PUBLIC_URL}/library",
    }


def _discount(order: Order, language: str) -> str:
    """With its minus sign; empty for none."""
    return Money(-order.discount_amount, order.currency).format(language) if order.discount_amount else ""


def _added_tax(order: Order, language: str) -> list[dict[str, str]]:
    """What tax changes in the prices of the lines; nothing where they include it."""
    if not order.added_tax_amount:
        return []
    label = gettext("Tax on items") if order.added_tax_amount > 0 else gettext("Tax not charged")
    return [{"label": label, "amount": Money(order.added_tax_amount, order.currency).format(language)}]


def _shipping_price(order: Order, language: str) -> str:
    """Empty for films alone."""
    if not order.shipping_code:
        return ""
    if order.shipping_amount:
        return Money(order.shipping_amount, order.currency).format(language)
    if order.has_voucher_shipping:
        return gettext("Free (%(code)s)") % {"code": order.voucher_code}
    return gettext("Free")


def tax_context(order: Order, amounts: Iterable[TaxedAmount], language: str) -> list[dict[str, str]]:
    """`includes 19% VAT` and how much that is, for each rate; empty for orders placed before tax was recorded."""
    return [
        {"label": _tax_label(total, language), "amount": Money(total.tax, order.currency).format(language)}
        for total in tax_by_rate(amounts)
    ]


def _tax_label(total: RateTotal, language: str) -> str:
    if total.untaxed:
        return untaxed_title(total.untaxed)
    return gettext("includes %(rate)s VAT") % {"rate": percentage(total.rate, language)}


def _delivery_days(order: Order, language: str) -> str:
    """`Thu 3 – Mon 7 Dec`, as it was said at checkout; empty for films alone."""
    earliest, latest = order.earliest_delivery_date, order.latest_delivery_date
    if not (earliest and latest):
        return ""
    locale = Locale.parse(DATE_LOCALES.get(language, language), sep="-")
    return format_interval(earliest, latest, "MMMEd", locale=locale)


def _order_url(order: Order) -> str:
    """A guest has no account to look the order up with: the mail is the key."""
    url = f"{settings.PUBLIC_URL}/orders/{order.number}"
    secret = access.order_secret(order.pk)
    return f"{url}?secret={secret}" if access.matches(secret, order.secret_hash) else url
