"""How an order is paid: with a card that the account saved, or with one that is entered at checkout."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.http import QueryDict
from django.utils.functional import cached_property

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import cards
from apps.ui.storefront.clients.cards import Card, TestCard
from apps.ui.storefront.forms import CardForm, StripeCardForm
from apps.ui.storefront.parallel import fetch, fetch_or_default
from apps.ui.storefront.session import ShopSession

NEW_CARD = "new"
# How long a repeated submission of the same page uses the token that the first one got.
REPEAT_SECONDS = 900
# Fields of the API that are one field in the form.
CARD_FIELDS = {"card.exp_month": "expiry", "card.exp_year": "expiry", "card": "token"}


class CardChoice:
    """The saved cards, which of them is selected, and the form of a new one.

    `typed` is what was chosen before, `data` what the new card's form is bound to; with `saves` a new card is saved for
    the account at once, to be charged again. `preselects`: a saved card is selected at first.
    """

    def __init__(
        self,
        shop: ShopSession,
        *,
        typed: QueryDict,
        data: QueryDict | None,
        saves: bool = False,
        preselects: bool = True,
    ) -> None:
        self.token, self.saves, self.preselects = shop.token, saves, preselects
        token = shop.token
        # Not by default: a form for the wrong provider would send card numbers here.
        options = fetch(cards.payment_options)
        saved = fetch_or_default(lambda: cards.saved_cards(token) if token else (), ())
        self.saved_cards: tuple[Card, ...] = saved.result()
        self.selected = self._selected(typed.get("saved_card", ""))
        # While a saved card is selected, the empty form below it is not an error.
        found = options.result()
        self.test_cards: tuple[TestCard, ...] = found.test_cards
        self.stripe_key = found.publishable_key if found.provider == "stripe" else ""
        form = StripeCardForm if self.stripe_key else CardForm
        self.form: CardForm | StripeCardForm = form(
            None if self.selected else data, prefix="card", can_save=token is not None and not saves
        )

    @cached_property
    def client_secret(self) -> str:
        """What Stripe's script needs to save the card without paying; empty where it pays at once."""
        return cards.begin_setup(self.token).client_secret if self.saves and self.stripe_key and self.token else ""

    def _selected(self, wanted: str) -> Card | None:
        """The saved card to pay with, the latest one unless another is chosen; None for a new card."""
        usable = [card for card in self.saved_cards if not card.is_expired]
        if wanted:
            return next((card for card in usable if card.id == wanted), None)
        return usable[0] if usable and self.preselects else None

    def is_valid(self) -> bool:
        """Whether there is a card to pay with."""
        return self.selected is not None or self.form.is_valid()

    @property
    def is_kept(self) -> bool:
        """Whether the new card is to be saved."""
        return self.selected is None and bool(self.form.cleaned_data.get("keep"))

    def method_id(self, *, page: str) -> str:
        """The payment method to order with. A second click with the same card on the same `page` gets the same one, so
        that both send the same order. Raises RemoteProblem with errors of the card's fields."""
        if self.selected:
            return self.selected.id
        entered = str(self.form.cleaned_data)
        # The cache holds neither the number nor anything that it could be guessed from.
        digest = hmac.new(settings.SECRET_KEY.encode(), f"{page} {entered}".encode(), hashlib.sha256)
        name = f"card:{digest.hexdigest()}"
        if method_id := cache.get(name):
            return method_id
        method_id = self._add().id
        return method_id if cache.add(name, method_id, timeout=REPEAT_SECONDS) else cache.get(name, method_id)

    def _add(self) -> Card:
        if isinstance(self.form, StripeCardForm):
            return cards.add_token(self.form.cleaned_data["token"], token=self.token, is_kept=self.saves)
        return cards.add_card(self.form.card(), token=self.token, is_kept=self.saves)

    def add_remote_errors(self, problem: RemoteProblem) -> bool:
        """Add the problem's errors to the fields of the new card; False when it names none of them."""
        errors = {name: texts for name, texts in problem.errors.items() if name.startswith("card")}
        if errors and self.form.is_bound:
            self.form.add_remote_errors({CARD_FIELDS.get(n, n): texts for n, texts in errors.items()}, problem.detail)
        return bool(errors)
