"""Links to orders, which the payment service has: the catalogue knows them by their ids alone."""

from __future__ import annotations

import uuid

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import link


def order_name(order_id: uuid.UUID | str) -> str:
    """How people distinguish orders: by the end of the id, since ids of one day begin alike."""
    return gettext("Order …%(end)s") % {"end": str(order_id)[-8:]}


def order_link(order_id: uuid.UUID | str) -> SafeString:
    """The order's page behind the gateway."""
    return link(admin_url("payment", f"orders/order/{order_id}/change/"), order_name(order_id))


def linked_reference(reference: str) -> SafeString | str:
    """A movement's reference, which is an order's id when the units were sold."""
    try:
        return order_link(uuid.UUID(reference))
    except ValueError:
        return reference or "–"
