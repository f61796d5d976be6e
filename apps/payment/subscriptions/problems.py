"""Why nothing is subscribed, changed or paid."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict, Problem


class AlreadySubscribed(Conflict):
    slug, title = "already-subscribed", _("This account has a subscription already")


class SubscriptionBusy(Conflict):
    slug, title = "subscription-busy", _("The subscription is being changed right now")


class NotChangeable(Conflict):
    slug, title = "subscription-not-changeable", _("The subscription cannot be changed like this")


class SubscriptionChanged(Conflict):
    slug, title = "subscription-changed", _("The amount has changed meanwhile")


class SubscriptionNotPaid(Problem):
    status, slug, title = 402, "card-declined", _("The payment was declined")
