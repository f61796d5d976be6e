"""Links to orders, which the payment service has: the catalogue knows them by their ids alone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

ORDERS = "/api/payment/admin/orders/order/"


def order_name(order_id: uuid.UUID | str) -> str:
    """What people can tell orders apart by: the end of the id, since ids of one day begin alike."""
    return gettext("Order …%(end)s") % {"end": str(order_id)[-8:]}


def order_link(order_id: uuid.UUID | str) -> SafeString:
    """The order's page behind the gateway."""
    return format_html(
        '<a class="underline" href="{}{}{}/change/" title="{}">{}</a>',
        settings.PUBLIC_URL,
        ORDERS,
        order_id,
        order_id,
        order_name(order_id),
    )


def linked_reference(reference: str) -> SafeString | str:
    """A movement's reference, which is an order's id when the units were sold."""
    try:
        return order_link(uuid.UUID(reference))
    except ValueError:
        return reference or "–"
