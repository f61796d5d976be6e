"""Filters of the list of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.payment.disputes.selectors import disputes_needing_response
from apps.payment.orders.models import Order, OrderLine
from apps.payment.refunds.models import Refund, ReturnRequest

DAY = timedelta(days=1)
AGES = {"1": DAY, "7": 7 * DAY, "30": 30 * DAY}


class AgeFilter(admin.SimpleListFilter):
    """Filter by when the order was placed."""

    title, parameter_name = _("age"), "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("1", gettext("Up to a day")),
            ("7", gettext("Up to a week")),
            ("30", gettext("Up to a month")),
            ("older", gettext("Older than a month")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        now = timezone.now()
        if self.value() == "older":
            return queryset.filter(placed_at__lt=now - AGES["30"])
        age = AGES.get(self.value() or "")
        return queryset if age is None else queryset.filter(placed_at__gte=now - age)


class TodoFilter(admin.SimpleListFilter):
    """Filter by what waits for staff."""

    title, parameter_name = _("to do"), "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("ship", gettext("To be shipped")),
            ("return", gettext("Return requested")),
            ("refund", gettext("Refund not completed")),
            ("dispute", gettext("Dispute needs a response")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        match self.value():
            case "ship":
                left = F("quantity") - F("cancelled_quantity")
                goods = OrderLine.objects.filter(order=OuterRef("pk"), kind="goods", shipped_quantity__lt=left)
                return queryset.filter(Exists(goods), state__in=Order.ACTIVE, fulfilled_at=None)
            case "return":
                open_requests = ReturnRequest.objects.filter(order=OuterRef("pk"), state=ReturnRequest.State.OPEN)
                return queryset.filter(Exists(open_requests))
            case "refund":
                unfinished = Refund.objects.filter(order=OuterRef("pk"))
                return queryset.filter(Exists(unfinished.exclude(state=Refund.State.COMPLETED)))
            case "dispute":
                return queryset.filter(Exists(disputes_needing_response().filter(order=OuterRef("pk"))))
        return queryset
