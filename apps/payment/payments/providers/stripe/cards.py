"""Cards at Stripe: tokens from the browser, and the Customers that saved cards belong to."""

from __future__ import annotations

import re
import uuid
from typing import Any

import stripe
from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.payment.payments.providers.base import CardSource, ProviderCard
from apps.payment.payments.providers.stripe.client import api_calls, idempotent, stripe_client
from apps.payment.payments.providers.stripe.models import StripeCustomer

TOKEN = re.compile(r"\Apm_[A-Za-z0-9_]{1,60}\Z")
BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}


def card_of(source: CardSource, *, user_id: uuid.UUID | None) -> ProviderCard:
    """The card that the browser had tokenised. One that is saved with a Customer is usable by its own account alone.

    Raises ValidationProblem, and Unavailable.
    """
    token = source.get("token", "")
    if "card" in source or not TOKEN.match(token):
        raise _unusable()
    try:
        with api_calls():
            method = stripe_client().v1.payment_methods.retrieve(token)
    except stripe.InvalidRequestError as error:
        raise _unusable() from error
    card = getattr(method, "card", None)
    owner = _reference(getattr(method, "customer", None))
    if card is None or (owner and owner != customer_of(user_id)):
        raise _unusable()
    brand = BRANDS.get(card.brand, card.brand.replace("_", " ").title())
    return ProviderCard(method.id, brand[:16], card.last4, card.exp_month, card.exp_year)


def attached_customer(method_reference: str) -> str:
    """The Customer that a card is saved with; empty for one of a single order. Raises Unavailable."""
    with api_calls():
        method = stripe_client().v1.payment_methods.retrieve(method_reference)
    return _reference(getattr(method, "customer", None))


def customer_of(user_id: uuid.UUID | None) -> str:
    """The account's Customer; empty when it has none."""
    row = StripeCustomer.objects.filter(user_id=user_id).first() if user_id else None
    return row.reference if row else ""


def require_customer(user_id: uuid.UUID) -> str:
    """The account's Customer, created when needed. Raises Unavailable."""
    if found := customer_of(user_id):
        return found
    with api_calls():
        made = stripe_client().v1.customers.create({}, idempotent(f"customer:{user_id}"))
    row, _is_new = StripeCustomer.objects.get_or_create(user_id=user_id, defaults={"reference": made.id})
    return row.reference


def begin_setup(user_id: uuid.UUID) -> str:
    """The client secret of a SetupIntent, by which the browser saves a card without paying. Raises Unavailable."""
    customer = require_customer(user_id)
    with api_calls():
        params: Any = {"customer": customer, "usage": "off_session", "payment_method_types": ["card"]}
        intent = stripe_client().v1.setup_intents.create(params)
    return intent.client_secret or ""


def attach(method_reference: str, user_id: uuid.UUID) -> None:
    """Save a card with the account's Customer, unless a SetupIntent has. One that belongs to nobody is good for one
    charge alone. Raises ValidationProblem for a card that the bank refuses, and Unavailable."""
    if attached_customer(method_reference):
        return
    params: Any = {"customer": require_customer(user_id)}
    try:
        with api_calls():
            stripe_client().v1.payment_methods.attach(
                method_reference, params, idempotent(f"attach:{method_reference}")
            )
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise _unusable() from error


def forget_card(method_reference: str) -> None:
    """Detach a card from its Customer. Raises Unavailable."""
    try:
        with api_calls():
            stripe_client().v1.payment_methods.detach(method_reference)
    except stripe.InvalidRequestError:
        # It was never attached, or is detached already.
        return


def _reference(value: Any) -> str:
    """The id of an object that may be expanded."""
    return getattr(value, "id", value) or ""


def _unusable() -> ValidationProblem:
    message = gettext("This card cannot be used. Enter it again.")
    return ValidationProblem(gettext("The card cannot be used; see errors."), errors={"card": [message]})
