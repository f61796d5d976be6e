"""System checks of what invoices say of the seller."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

REQUIRED = ("SELLER_NAME", "SELLER_STREET", "SELLER_POSTAL_CODE", "SELLER_CITY", "SELLER_EMAIL")
# With the country's code before it, as EN 16931 wants it (BR-CO-09); Greece's is EL.
VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


@register
def check_seller(**_: Any) -> list[CheckMessage]:
    """An invoice without them is none, and it cannot be changed afterwards."""
    found: list[CheckMessage] = [
        Error(f"{name} is empty.", hint=f"Set {name} to what the shop's imprint says.", id="streamcart.E026")
        for name in REQUIRED
        if not getattr(settings, name).strip()
    ]
    if not VAT_ID.fullmatch(settings.SELLER_VAT_ID):
        hint = "Set SELLER_VAT_ID to the shop's VAT id with its country, without spaces: DE123456789."
        found.append(Error(f"{settings.SELLER_VAT_ID!r} is no VAT id.", hint=hint, id="streamcart.E027"))
    return found
