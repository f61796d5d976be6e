"""What has changed in a cart since a page showed it, for the sentence that explains a new total."""

from __future__ import annotations

from django.utils.translation import gettext

from apps.ui.storefront.clients.payment_schemas import Cart
from apps.ui.storefront.formats import format_money


def fingerprint(cart: Cart) -> str:
    """The cart's lines as a form carries them: SKU, quantity and unit price of each."""
    return "\n".join(
        f"{line.sku}\t{line.quantity}\t{line.unit_price.amount if line.unit_price else ''}" for line in cart.lines
    )


def change_since(shown: str, cart: Cart) -> str:
    """Why the cart costs something else than when the fingerprint `shown` was taken; empty if its lines are the same.

    `shown` comes from the visitor: it decides which sentence is shown, and no price.
    """
    entries = [entry.split("\t") for entry in shown.splitlines()]
    before = {entry[0]: (entry[1], entry[2]) for entry in entries if len(entry) == 3}
    now = {line.sku: str(line.quantity) for line in cart.lines}
    if not before:
        return ""
    if {sku: quantity for sku, (quantity, _) in before.items()} != now:
        return gettext("Your cart has changed since you opened this page, perhaps in another tab.")
    for line in cart.lines:
        if line.unit_price and before[line.sku][1] != str(line.unit_price.amount):
            values = {"title": line.title, "price": format_money(line.unit_price)}
            return gettext("“%(title)s” now costs %(price)s.") % values
    return ""
