"""Why a card is not removed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict


class MethodInUse(Conflict):
    slug, title = "payment-method-in-use", _("This card is in use")
