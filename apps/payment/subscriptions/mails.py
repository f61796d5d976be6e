"""Mails about subscriptions, in the customer's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext

from apps.common.languages import current_language
from apps.common.mails import MailTexts, compose_mail, mail_language
from apps.common.money import Money
from apps.payment.documents.attachments import credit_note_of, invoice_of_charge
from apps.payment.orders.mail_attachments import MailAttachment, attach
from apps.payment.orders.mail_queue import MailQueue
from apps.payment.orders.mails import DATE_LOCALES
from apps.payment.payments.providers.base import decline_sentence
from apps.payment.subscriptions.models import BillingPeriod, Subscription, SubscriptionMail
from apps.payment.subscriptions.selectors import charged_card, next_price
from apps.payment.tax.services import tax_date

Kind = SubscriptionMail.Kind
PAGE = "/account/subscription"


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says: paragraphs, then facts as label and value, then the button."""

    subject: str
    heading: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    button: str = ""
    page: str = PAGE


def _compose(mail_id: UUID) -> EmailMultiAlternatives | None:
    rows = SubscriptionMail.objects.select_related(
        "period__plan", "subscription__plan", "subscription__next_plan", "subscription__method"
    ).prefetch_related("subscription__plan__prices", "subscription__next_plan__prices")
    mail = rows.get(pk=mail_id)
    subscription = mail.subscription
    if subscription.is_erased:
        return None
    with mail_language(subscription.language):
        words = WORDS[Kind(mail.kind)](mail)
        reason = gettext("You’re receiving this e-mail because of your subscription %(number)s.")
        texts = MailTexts(words.subject, words.paragraphs[0], reason % {"number": subscription.number})
        context = {"words": words, "facts": [*_contract(subscription), *words.facts]}
        context |= {"url": settings.PUBLIC_URL + words.page, "cancel_url": f"{settings.PUBLIC_URL}/cancel-subscription"}
        message = compose_mail("subscriptions/mail", texts, to=subscription.email, context=context)
    for found in _documents(mail):
        attach(message, found)
    return message


def _documents(mail: SubscriptionMail) -> Iterator[MailAttachment]:
    """The credit note of a refund, else the invoice of what was paid."""
    if refund_id := mail.details.get("refund"):
        yield from credit_note_of(UUID(refund_id))
    elif mail.period is not None and mail.period.state == BillingPeriod.State.PAID:
        yield from invoice_of_charge(mail.period.pk)


def _contract(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield gettext("Subscription number"), subscription.number
    yield gettext("Plan"), str(subscription.plan)


def _started(mail: SubscriptionMail) -> Words:
    subscription, period = mail.subscription, mail.period
    name = {"plan": subscription.plan.name_in(current_language())}
    if period is not None:
        paragraph = gettext("Your subscription has started. All films of %(plan)s are yours to watch now.") % name
        facts = _payment_facts(period)
    else:
        values = {"day": _day(subscription.trial_ends_at or subscription.period_ends_at), "price": _price(subscription)}
        paragraph = (
            gettext(
                "Your free trial has started. It ends on %(day)s; then %(price)s will be charged. Cancel before "
                "that day and you pay nothing."
            )
            % values
        )
        facts = []
    heading = gettext("Welcome to %(plan)s") % name
    return Words(heading, heading, [paragraph], facts, gettext("Manage subscription"))


def _receipt(mail: SubscriptionMail) -> Words:
    assert mail.period is not None  # noqa: S101  (a receipt is about one)
    return Words(
        gettext("Receipt for your subscription"),
        gettext("Thank you for your payment"),
        [gettext("We’ve received your payment. The invoice is attached.")],
        _payment_facts(mail.period),
        gettext("Manage subscription"),
    )


def _trial_ending(mail: SubscriptionMail) -> Words:
    subscription = mail.subscription
    values = {
        "day": _day(subscription.period_ends_at),
        "price": _price(subscription),
        "card": subscription.method or "",
    }
    return Words(
        gettext("Your free trial ends on %(day)s") % values,
        gettext("Your free trial ends soon"),
        [
            gettext("On %(day)s we’ll charge %(price)s to your card %(card)s.") % values,
            gettext("If you don’t want to go on, cancel before that day: it costs nothing."),
        ],
        button=gettext("Manage subscription"),
    )


def _payment_failed(mail: SubscriptionMail) -> Words:
    assert mail.period is not None  # noqa: S101  (the failure is about one)
    retry_at = mail.details.get("retry_at")
    day = {"day": _day(datetime.fromisoformat(retry_at)) if retry_at else ""}
    needs_customer = mail.details.get("code") == "authentication_required"
    return Words(
        gettext("We couldn’t charge your card"),
        gettext("Your payment didn’t go through"),
        [
            gettext(decline_sentence(mail.details.get("code", ""))),
            gettext("You can keep watching. We’ll try again on %(day)s; or pay now, also with another card.") % day,
        ],
        [(gettext("Amount due"), _money(mail.period.total))],
        gettext("Confirm payment") if needs_customer else gettext("Pay now"),
        page=f"{PAGE}/pay",
    )


def _cancelled(mail: SubscriptionMail) -> Words:
    subscription = mail.subscription
    day = {"day": _day(subscription.period_ends_at)}
    return Words(
        gettext("Your cancellation is confirmed"),
        gettext("Your subscription is cancelled"),
        [
            gettext("It ends on %(day)s, and nothing more will be charged. You can watch until then.") % day,
            gettext("If you change your mind, you can resume it until that day."),
        ],
        [
            (gettext("Cancelled on"), _day(mail.created_at)),
            (gettext("Ends on"), _day(subscription.period_ends_at)),
        ],
        gettext("Manage subscription"),
    )


def _ended(mail: SubscriptionMail) -> Words:
    subscription = mail.subscription
    paragraph = gettext("Nothing more will be charged. Films that you bought stay in your library.")
    if subscription.end_reason == Subscription.EndReason.UNPAID:
        paragraph = gettext("We couldn’t charge your card several times, so your subscription has ended. ") + paragraph
    return Words(
        gettext("Your subscription has ended"),
        gettext("Your subscription has ended"),
        [paragraph],
        [(gettext("Ended on"), _day(subscription.ended_at or mail.created_at))],
        gettext("Subscribe again"),
    )


def _refunded(mail: SubscriptionMail) -> Words:
    assert mail.period is not None  # noqa: S101  (a refund is of one)
    subscription = mail.subscription
    amount = _money(Money(**mail.details["amount"]))
    values = {"amount": amount, "card": charged_card(mail.period)}
    paragraphs = [
        gettext("We’ve refunded %(amount)s to %(card)s. Your bank may take a few days to show it.") % values,
        gettext("The credit note is attached."),
    ]
    if not subscription.is_live:
        paragraphs.append(gettext("Your subscription has ended; nothing more will be charged."))
    elif subscription.is_cancelled:
        day = {"day": _day(subscription.period_ends_at)}
        paragraphs.append(gettext("You can watch until %(day)s; nothing more will be charged.") % day)
    else:
        day = {"day": _day(subscription.period_ends_at)}
        paragraphs.append(gettext("Your subscription runs on. The next payment is on %(day)s.") % day)
    return Words(
        gettext("Your refund"),
        gettext("Your refund is on its way"),
        paragraphs,
        [(gettext("Refunded"), amount)],
        gettext("Manage subscription"),
    )


WORDS = {
    Kind.STARTED: _started,
    Kind.RECEIPT: _receipt,
    Kind.TRIAL_ENDING: _trial_ending,
    Kind.PAYMENT_FAILED: _payment_failed,
    Kind.CANCELLED: _cancelled,
    Kind.ENDED: _ended,
    Kind.REFUNDED: _refunded,
}


def _payment_facts(period: BillingPeriod) -> list[tuple[str, str]]:
    return [
        (gettext("Paid"), _money(period.total)),
        (gettext("Includes VAT"), _money(Money(period.tax_amount, period.currency))),
        (gettext("Next payment"), _day(period.ends_at)),
    ]


def _price(subscription: Subscription) -> str:
    price = next_price(subscription)
    return _money(price) if price else ""


def _money(amount: Money) -> str:
    return amount.format(current_language())


def _day(moment: datetime) -> str:
    language = current_language()
    locale = Locale.parse(DATE_LOCALES.get(language, language), sep="-")
    return format_date(tax_date(moment), "long", locale=locale)


mail_queue = MailQueue(SubscriptionMail, job="send-due-subscription-mails", compose=_compose)
