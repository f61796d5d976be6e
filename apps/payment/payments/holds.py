"""What keeps a saved card from being removed: apps that charge it later register their reason here, since payments know
none of them.

    @keeps_method
    def pays_subscription(method_id: str) -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable

type Hold = Callable[[str], str]

_holds: list[Hold] = []


def keeps_method(hold: Hold) -> Hold:
    """Register a function that gets a payment method's id and returns, in the active language, why the card is needed
    and what to do first; an empty string where it is not needed."""
    _holds.append(hold)
    return hold


def reason_to_keep(method_id: str) -> str:
    """Why the card must stay; empty when it may be removed."""
    return next((sentence for hold in _holds if (sentence := hold(method_id))), "")
