"""The provider against localstripe."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.stripe import provider as module
from apps.payment.payments.providers.stripe.models import StripeCustomer, StripeIntent
from apps.payment.payments.providers.stripe.provider import StripeProvider

pytestmark = pytest.mark.django_db
PRICE = Money(1990, "EUR")
DECLINED = "4000000000000341"
CHALLENGE = "4000000000003220"


@pytest.fixture
def provider(api) -> StripeProvider:
    return StripeProvider()


def authorise(provider, card: str, *, key: str | None = None, **changes):
    wanted = {"amount": PRICE, "return_url": "http://localhost:8000/orders/SC-1"} | changes
    return provider.authorise(key=key or uuid.uuid4().hex, method_reference=card, **wanted)


def test_a_token_of_the_browser_becomes_a_card(provider, stripe_browser):
    card = provider.tokenise({"token": stripe_browser.token()}, user_id=None)
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("Visa", "4242", 12, 2090)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"token": ""},
        {"token": "pm_unknown"},
        {"token": "pm_../../customers"},
        {"token": "tok_visa"},
        {"token": "pm_x" * 40},
        {"card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2090, "cvc": "123"}},
    ],
)
def test_anything_else_is_no_card(provider, source):
    with pytest.raises(ValidationProblem):
        provider.tokenise(source, user_id=None)


def test_money_is_held_taken_and_given_back_in_parts(provider, stripe_browser):
    charge = authorise(provider, stripe_browser.token())
    assert (charge.state, charge.action_url) == ("authorised", "")
    assert provider.capture(charge.reference).state == "captured"
    assert provider.capture(charge.reference).state == "captured"
    first = provider.refund(charge.reference, key="r1", amount=Money(490, "EUR"))
    assert first.state == "succeeded"
    assert provider.refund(charge.reference, key="r1", amount=Money(490, "EUR")) == first
    assert provider.find_refund(charge.reference, key="r1") == first
    assert provider.find_refund(charge.reference, key="r2") is None
    assert provider.status(charge.reference).state == "captured"
    provider.refund(charge.reference, key="r2", amount=Money(1500, "EUR"))
    assert provider.status(charge.reference).state == "refunded"


def test_a_hold_is_let_go_and_then_not_taken(provider, stripe_browser):
    charge = authorise(provider, stripe_browser.token())
    assert provider.void(charge.reference).state == "voided"
    assert provider.void(charge.reference).state == "voided"
    with pytest.raises(ChargeClosed):
        provider.capture(charge.reference)


def test_taken_money_is_not_let_go(provider, stripe_browser):
    charge = authorise(provider, stripe_browser.token())
    provider.capture(charge.reference)
    with pytest.raises(ChargeClosed):
        provider.void(charge.reference)


def test_a_declined_card_holds_nothing(provider, stripe_browser):
    charge = authorise(provider, stripe_browser.token(DECLINED), key="declined")
    assert (charge.state, charge.decline_code) == ("declined", "card_declined")
    assert provider.lookup(key="declined") == charge


def test_a_token_that_is_no_longer_there_is_a_decline(provider):
    charge = authorise(provider, "pm_gone", key="gone")
    assert (charge.reference, charge.state) == ("", "declined")
    assert provider.lookup(key="gone") is None


@pytest.mark.parametrize(
    ("is_approved", "state", "code"), [(True, "authorised", ""), (False, "declined", "challenge_failed")]
)
def test_the_bank_may_ask_on_a_page_of_its_own(provider, stripe_browser, api, is_approved, state, code):
    charge = authorise(provider, stripe_browser.token(CHALLENGE))
    assert charge.state == "requires_action"
    assert charge.action_url == f"https://hooks.stripe.test/3d_secure/{charge.reference}"
    confirmation = next(sent for _, path, sent in api.calls if path.endswith("/confirm"))
    assert confirmation["return_url"] == "http://localhost:8000/orders/SC-1"
    stripe_browser.authenticate(charge.reference, is_approved=is_approved)
    decided = provider.status(charge.reference)
    assert (decided.state, decided.decline_code) == (state, code)


def test_the_same_key_charges_once(provider, stripe_browser, api):
    token = stripe_browser.token()
    charges = {authorise(provider, token, key="twice").reference for _ in range(3)}
    assert len(charges) == 1
    assert [path for _, path, _ in api.calls].count("/v1/payment_intents") == 1
    # Stripe forgets keys after a day; what was written down here counts.
    api.responses.clear()
    assert authorise(provider, token, key="twice").reference in charges


@pytest.mark.parametrize("lost", ["/v1/payment_intents", "/confirm"])
def test_a_lost_response_is_found_again_and_charges_once(provider, stripe_browser, api, lost):
    token = stripe_browser.token()
    api.loses.append(lost)
    with pytest.raises(Unavailable):
        authorise(provider, token, key="lost")
    found = provider.lookup(key="lost")
    if lost == "/confirm":
        assert found.state == "authorised"
    else:
        assert found is None, "nothing is held by an intent that nobody confirmed"
    assert authorise(provider, token, key="lost").state == "authorised"
    assert StripeIntent.objects.count() == 1


def test_an_intent_that_was_never_confirmed_is_no_charge_and_is_gone_on_with(provider, stripe_browser):
    token = stripe_browser.token()
    intent = module._create_intent(key="cut off", amount=PRICE, method_reference=token, saves_for=None)
    assert provider.lookup(key="cut off") is None
    charge = authorise(provider, token, key="cut off")
    assert (charge.reference, charge.state) == (intent.id, "authorised")
    assert provider.lookup(key="cut off") == charge


def test_a_lost_refund_is_found_and_given_once(provider, stripe_browser, api):
    charge = authorise(provider, stripe_browser.token())
    provider.capture(charge.reference)
    api.loses.append("/v1/refunds")
    with pytest.raises(Unavailable):
        provider.refund(charge.reference, key="r", amount=Money(500, "EUR"))
    api.responses.clear()
    assert provider.refund(charge.reference, key="r", amount=Money(500, "EUR")).state == "succeeded"
    assert [(method, path) for method, path, _ in api.calls].count(("post", "/v1/refunds")) == 1


def test_a_card_is_saved_with_a_customer_that_names_nobody(provider, stripe_browser, api):
    user_id = uuid.uuid4()
    authorise(provider, stripe_browser.token(), saves_for=user_id)
    customer = StripeCustomer.objects.get(user_id=user_id)
    intent = next(sent for method, path, sent in api.calls if (method, path) == ("post", "/v1/payment_intents"))
    assert intent["customer"] == customer.reference
    assert intent["setup_future_usage"] == "off_session"
    assert next(sent for _, path, sent in api.calls if path == "/v1/customers") == {}
    provider.forget_customer(user_id)
    assert not StripeCustomer.objects.exists()


def test_a_card_is_saved_without_paying_and_pays_later(provider, stripe_browser, api):
    user_id = uuid.uuid4()
    token = stripe_browser.save(provider.begin_setup(user_id))
    customer = StripeCustomer.objects.get(user_id=user_id).reference
    stripe_browser.post(f"/v1/payment_methods/{token}/attach", {"customer": customer})
    assert provider.tokenise({"token": token}, user_id=user_id).last4 == "4242"
    charge = authorise(provider, token, off_session=True)
    assert charge.state == "authorised"
    confirmation = [sent for _, path, sent in api.calls if path.endswith("/confirm")][-1]
    assert confirmation["off_session"] == "true"
    assert "return_url" not in confirmation
    for _ in range(2):
        provider.forget_card(token)


def test_the_saved_card_of_somebody_else_is_no_card(provider, stripe_browser):
    owner, thief = uuid.uuid4(), uuid.uuid4()
    provider.begin_setup(owner)
    provider.begin_setup(thief)
    token = stripe_browser.token()
    customer = StripeCustomer.objects.get(user_id=owner).reference
    stripe_browser.post(f"/v1/payment_methods/{token}/attach", {"customer": customer})
    for stranger in (thief, None, uuid.uuid4()):
        with pytest.raises(ValidationProblem):
            provider.tokenise({"token": token}, user_id=stranger)


def test_movements_name_our_keys(provider, stripe_browser):
    key = uuid.uuid4().hex
    charge = authorise(provider, stripe_browser.token(), key=key)
    provider.capture(charge.reference)
    provider.refund(charge.reference, key=f"r-{key}", amount=Money(500, "EUR"))
    now = datetime.now(UTC)
    found = {movement.key: movement for movement in provider.movements(now - timedelta(days=1), now)}
    assert (found[key].kind, found[key].amount) == ("capture", PRICE)
    assert found[f"r-{key}"].kind == "refund"


def test_calls_raise_unavailable_while_stripe_is_away(provider, settings):
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        authorise(provider, "pm_card")
    with pytest.raises(Unavailable):
        provider.status("pi_1")
    assert not StripeIntent.objects.exists()
