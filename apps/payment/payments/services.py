"""Tokenising cards and taking in webhooks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.http import Unavailable
from apps.common.problems import NotFound, ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.payment.payments import holds
from apps.payment.payments.models import CardToForget, Payment, PaymentMethod, WebhookEvent
from apps.payment.payments.problems import MethodInUse
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import CardSource, Notification
from apps.payment.payments.selectors import saved_methods

log = structlog.get_logger(__name__)
# A checkout takes minutes; a card that is not saved is good for one order.
UNUSED_METHOD_DAYS = 2
FORGET_CARDS_TASK = "apps.payment.payments.tasks.forget_removed_cards"


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the sandbox; `outcome` is ok, challenge or why the bank declines it."""

    number: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PaymentOptions:
    """Who takes the money (`none`: nobody yet), in a demo the cards to try, and what the provider's own script in the
    browser has to know."""

    provider: str
    test_cards: tuple[TestCard, ...]
    publishable_key: str


def payment_options() -> PaymentOptions:
    """How this shop can be paid."""
    cards = tuple(TestCard(number, outcome) for number, outcome in registry.test_cards().items())
    is_stripe = settings.PAYMENT_PROVIDER == "stripe"
    return PaymentOptions(settings.PAYMENT_PROVIDER, cards, settings.STRIPE_PUBLISHABLE_KEY if is_stripe else "")


def add_method(
    *, user_id: uuid.UUID | None, provider: str, source: CardSource, is_saved: bool = False
) -> PaymentMethod:
    """A token for a card; its number goes no further than the provider. `is_saved`: kept for the account at once.

    Raises ValidationProblem and PaymentsNotSetUp.
    """
    registry.require_accepting(provider)
    if is_saved and user_id is None:
        message = gettext("Sign in to save a card.")
        raise ValidationProblem(message, errors={"keep": [message]})
    card = registry.get(provider).tokenise(source, user_id=user_id, is_saved=is_saved)
    return PaymentMethod.objects.create(
        user_id=user_id,
        provider=provider,
        reference=card.reference,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        saved_at=timezone.now() if is_saved else None,
    )


def begin_setup(*, user_id: uuid.UUID) -> str:
    """What the provider's script in the browser needs to save a card without paying.

    Raises PaymentsNotSetUp, and SetupNotOffered where cards are sent to us.
    """
    if settings.PAYMENT_PROVIDER not in registry.PROVIDERS:
        registry.require_accepting("")
    return registry.get(settings.PAYMENT_PROVIDER).begin_setup(user_id)


def usable_method(method_id: str, *, user_id: uuid.UUID | None) -> PaymentMethod:
    """The method, when this person may pay with it; raises ValidationProblem, the same for another's as for none.

    Raises PaymentsNotSetUp where its provider takes no payments (any more).
    """
    method = PaymentMethod.objects.filter(pk=method_id).first()
    if method is None or method.user_id not in (None, user_id) or not method.reference:
        raise _unusable(gettext("There is no such payment method."))
    if method.is_expired:
        raise _unusable(gettext("The card has expired."))
    registry.require_accepting(method.provider)
    return method


def lock_method(method: PaymentMethod) -> None:
    """Keep the card as it is until the transaction ends. Raises ValidationProblem when it was removed meanwhile."""
    if not PaymentMethod.objects.select_for_update().filter(pk=method.pk).exclude(reference="").exists():
        raise _unusable(gettext("There is no such payment method."))


def _unusable(message: str) -> ValidationProblem:
    return ValidationProblem(gettext("Choose how to pay."), errors={"payment_method": [message]})


def save_method(method: PaymentMethod) -> None:
    """Keep the card that paid an order for the next one. One that is saved already (in another order, typed in again)
    is kept once."""
    if method.user_id is None or method.saved_at or not method.reference:
        return
    same = saved_methods(method.user_id).filter(
        provider=method.provider,
        brand=method.brand,
        last4=method.last4,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
    )
    if same.exists():
        CardToForget.objects.create(provider=method.provider, reference=method.reference)
        return
    # It may be removed with its account at this moment.
    unsaved = PaymentMethod.objects.filter(pk=method.pk, user_id=method.user_id).exclude(reference="")
    unsaved.update(saved_at=timezone.now())


def remove_method(method_id: str, *, user_id: uuid.UUID) -> None:
    """Forget a saved card. Of one that paid an order, brand and last digits stay for the books.

    Raises NotFound for another account's card, and MethodInUse for one that is paying an order or needed otherwise.
    """
    with transaction.atomic(durable=True):
        method = saved_methods(user_id).select_for_update().filter(pk=method_id).first()
        if method is None:
            raise NotFound(gettext("There is no such payment method."))
        if Payment.objects.filter(method=method, state__in=Payment.OPEN).exists():
            raise MethodInUse(gettext("An order is being paid with this card. Wait for it, or cancel it first."))
        if sentence := holds.reason_to_keep(method.pk):
            raise MethodInUse(sentence)
        _forget_cards(PaymentMethod.objects.filter(pk=method.pk))


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted: its cards go; of one that paid an order, brand and last digits stay for the books.

    A card that an order is about to be paid with waits for the next call.
    """
    about_to_pay = Payment.objects.filter(state=Payment.State.CREATED).values("method")
    _forget_cards(PaymentMethod.objects.filter(user_id=user_id).exclude(pk__in=about_to_pay))
    for name in registry.PROVIDERS:
        registry.get(name).forget_customer(user_id)


def _forget_cards(methods: QuerySet[PaymentMethod]) -> None:
    rows = list(methods)
    CardToForget.objects.bulk_create(
        CardToForget(provider=row.provider, reference=row.reference) for row in rows if row.reference
    )
    gone = PaymentMethod.objects.filter(pk__in=[row.pk for row in rows])
    gone.filter(payment=None).delete()
    gone.update(user_id=None, reference="", exp_month=None, exp_year=None, saved_at=None)
    send_on_commit(FORGET_CARDS_TASK)


def forget_removed_cards(limit: int = 100) -> int:
    """Have providers forget cards that were removed here; returns how many. One that is away is asked again later."""
    count = 0
    for row in CardToForget.objects.order_by("pk")[:limit]:
        try:
            registry.get(row.provider).forget_card(row.reference)
        except Unavailable as error:
            log.warning("card not forgotten; it is tried again", provider=row.provider, error=str(error))
            continue
        row.delete()
        count += 1
    return count


def read_webhook(provider: str, *, body: bytes, headers: Any) -> Notification:
    """What a genuine delivery is about. Raises InvalidSignature and ValidationProblem."""
    return registry.get(provider).parse_webhook(body, headers)


def take_in_webhook(provider: str, notification: Notification) -> bool:
    """Whether this is the first delivery of a notification.

    The event's own content is not believed beyond "ask again": state is asked from the provider, so order and
    repetition of deliveries do not matter.
    """
    try:
        with transaction.atomic():
            WebhookEvent.objects.create(provider=provider, event_id=notification.event_id[:64])
    except IntegrityError:
        return False
    return True


def purge_unused_methods(limit: int = 10_000) -> int:
    """Delete cards that nobody saved and that paid nothing within UNUSED_METHOD_DAYS; returns how many."""
    unused = PaymentMethod.objects.filter(
        saved_at=None, payment=None, created_at__lt=timezone.now() - timedelta(days=UNUSED_METHOD_DAYS)
    ).values("pk")[:limit]
    return PaymentMethod.objects.filter(pk__in=unused).delete()[0]
