"""Why nothing is refunded of a disputed payment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict


class PaymentDisputed(Conflict):
    # The slug is as old as disputes of orders; clients know it.
    slug, title = "order-disputed", _("This payment is disputed")
