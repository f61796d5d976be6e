"""Why nothing is refunded of a disputed order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict


class OrderDisputed(Conflict):
    slug, title = "order-disputed", _("The payment of this order is disputed")
