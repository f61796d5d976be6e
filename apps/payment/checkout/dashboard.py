"""The first page of the admin: sales of the last 30 days, and what waits for somebody.

Ranges of time are ranges of primary keys (UUIDv7), so no query reads older orders and carts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Model, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from apps.common.admin_site.display import money
from apps.common.ids import first_uuid7
from apps.common.languages import current_language
from apps.common.numbers import grouped, percentage
from apps.payment.carts.models import Cart
from apps.payment.disputes.selectors import disputes_needing_response
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import orders_to_ship, stuck_orders
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.subscriptions.models import PeriodRefund, Subscription
from apps.payment.tax.services import tax_date

DAYS = 30
BASIS_POINTS = 10_000
CHART_HEIGHT, BAR_STEP = 160, 20
PAID = (*Order.ACTIVE, Order.State.REFUNDED)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's sales: where its bar stands in a chart of 600 by 160, the best day as high as the chart."""

    label: str
    amount: str
    x: int
    drawn_height: int

    @property
    def y(self) -> int:
        return CHART_HEIGHT - self.drawn_height


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is, and what it is made of."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sales:
    """The sales in one currency: a bar for each day, oldest first, and figures of all of them."""

    currency: str
    bars: list[Bar]
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: how many there are, and the list of them."""

    label: str
    count: int
    url: str


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook for its first page. Only who may look at orders sees it."""
    if not request.user.has_perm("orders.view_order"):
        return context
    return context | {"sales": sales(), "conversion": conversion(), "tasks": tasks(request)}


def first_day() -> date:
    """The first of the days that are shown, in the shop's time zone."""
    return tax_date(timezone.now()) - timedelta(days=DAYS - 1)


def sales() -> list[Sales]:
    """Of orders placed in these days and paid, by currency; the shop's first currency also when nothing was sold. Two
    queries."""
    zone = ZoneInfo(settings.SHOP_TIME_ZONE)
    orders = _since(Order.objects.filter(state__in=PAID))
    by_day = orders.annotate(day=TruncDate("placed_at", tzinfo=zone)).values("currency", "day")
    days: dict[str, dict[date, tuple[int, int]]] = {settings.SHOP_CURRENCIES[0]: {}}
    for row in by_day.annotate(amount=Sum("total_amount"), orders=Count("pk")).order_by("currency", "day"):
        days.setdefault(row["currency"], {})[row["day"]] = row["amount"], row["orders"]
    refunds = _since(Refund.objects.filter(state=Refund.State.COMPLETED)).values("currency")
    refunded = dict(refunds.annotate(amount=Sum("amount")).values_list("currency", "amount"))
    return [_sales(currency, sold, refunded.get(currency, 0)) for currency, sold in days.items()]


def conversion() -> Figure:
    """How many of the carts of these days were ordered and paid. One query."""
    counts = _since(Cart.objects.all()).aggregate(carts=Count("pk"), paid=Count("pk", filter=Q(is_open=False)))
    carts, paid = counts["carts"], counts["paid"]
    share = percentage(paid * BASIS_POINTS // carts, current_language()) if carts else "–"
    note = gettext("%(paid)s of %(carts)s carts") % {"paid": grouped(paid), "carts": grouped(carts)}
    return Figure(gettext("Conversion"), share, note)


def tasks(request: HttpRequest) -> list[Task]:
    """What this user may look at and has something in it. A query for each."""
    orders = reverse("admin:orders_order_changelist")
    found: list[tuple[str, str, Callable[[], int], str]] = [
        ("orders.view_order", gettext("Stuck orders"), _count_stuck, f"{orders}?todo=stuck"),
        ("orders.view_order", gettext("Orders to ship"), _count_to_ship, f"{orders}?todo=ship"),
        ("refunds.view_returnrequest", gettext("Return requests"), _count_returns, f"{orders}?todo=return"),
        ("refunds.view_refund", gettext("Refunds not completed"), _count_refunds, f"{orders}?todo=refund"),
        (
            "refunds.view_refund",
            gettext("Refunds of subscriptions not completed"),
            _count_period_refunds,
            reverse("admin:subscriptions_periodrefund_changelist") + "?open=yes",
        ),
        (
            "disputes.view_dispute",
            gettext("Disputes to respond to"),
            _count_disputes,
            reverse("admin:disputes_dispute_changelist") + "?state__exact=needs_response",
        ),
        (
            "subscriptions.view_subscription",
            gettext("Subscriptions past due"),
            _count_past_due,
            reverse("admin:subscriptions_subscription_changelist") + "?state__exact=past_due",
        ),
    ]
    return [Task(label, count(), url) for permission, label, count, url in found if request.user.has_perm(permission)]


def _count_stuck() -> int:
    return stuck_orders().count()


def _count_to_ship() -> int:
    return orders_to_ship().count()


def _count_returns() -> int:
    return ReturnRequest.objects.filter(state=ReturnRequest.State.OPEN).count()


def _count_refunds() -> int:
    return Refund.objects.exclude(state=Refund.State.COMPLETED).count()


def _count_period_refunds() -> int:
    return PeriodRefund.objects.exclude(state=PeriodRefund.State.COMPLETED).count()


def _count_disputes() -> int:
    return disputes_needing_response().count()


def _count_past_due() -> int:
    return Subscription.objects.filter(state=Subscription.State.PAST_DUE).count()


def _since[Row: Model](rows: QuerySet[Row]) -> QuerySet[Row]:
    start = datetime.combine(first_day(), datetime.min.time(), ZoneInfo(settings.SHOP_TIME_ZONE))
    return rows.filter(pk__gte=first_uuid7(start))


def _sales(currency: str, sold: dict[date, tuple[int, int]], refunded: int) -> Sales:
    best = max((amount for amount, _ in sold.values()), default=0)
    start = first_day()
    bars = []
    for number in range(DAYS):
        day = start + timedelta(days=number)
        amount = sold.get(day, (0, 0))[0]
        height = -(-amount * CHART_HEIGHT // best) if best else 0
        bars.append(Bar(date_format(day, "SHORT_DATE_FORMAT"), money(amount, currency), number * BAR_STEP, height))
    total, orders = (sum(values) for values in zip(*sold.values(), strict=True)) if sold else (0, 0)
    share = percentage(refunded * BASIS_POINTS // total, current_language()) if total else ""
    return Sales(
        currency,
        bars,
        [
            Figure(gettext("Sales"), money(total, currency)),
            Figure(gettext("Paid orders"), grouped(orders)),
            Figure(gettext("Average order"), money(total // orders, currency) if orders else "–"),
            Figure(gettext("Refunds"), money(refunded, currency), share),
        ],
    )
