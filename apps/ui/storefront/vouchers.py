"""The voucher field of the cart and of the checkout."""

from __future__ import annotations

from django.http import QueryDict

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients.payment_schemas import Cart
from apps.ui.storefront.forms import VoucherForm
from apps.ui.storefront.session import ShopSession

# What the shopper can do something about: a code that does nothing, is no code, or was one attempt too many.
REFUSALS = frozenset({400, 409, 429})


def submit_voucher(shop: ShopSession, cart: Cart, sent: QueryDict, *, form_id: str = "") -> tuple[Cart, VoucherForm]:
    """The cart with the code that was entered, and an empty form; or the cart as it was, and the form with its error.

    Raises Unavailable, and RemoteProblem for what is not about the code.
    """
    form = VoucherForm(sent, prefix="voucher", form_id=form_id)
    if not form.is_valid():
        return cart, form
    try:
        changed = carts.apply_voucher(shop, cart, form.cleaned_data["code"])
    except RemoteProblem as problem:
        if problem.status not in REFUSALS:
            raise
        form.add_refusal(problem)
        return cart, form
    return changed, VoucherForm(prefix="voucher", form_id=form_id)
