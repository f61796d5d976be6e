"""Orders in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import address, language_name, lines, link, money
from apps.common.model_admin import ReadOnly
from apps.common.numbers import grouped
from apps.common.problems import Problem
from apps.payment.checkout import services
from apps.payment.checkout.admin.actions import OrderActions
from apps.payment.checkout.admin.files import OrderFiles
from apps.payment.checkout.admin.filters import AgeFilter, TodoFilter
from apps.payment.checkout.timeline import timeline
from apps.payment.documents.selectors import documents_of
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import payments_of
from apps.payment.shipments.selectors import shipments_of

State = Order.State


class LineInline(ReadOnly, TabularInline):
    model = OrderLine
    extra = 0
    show_title = False
    # Few and narrow: on a phone the table must not scroll.
    fields = readonly_fields = ["shown_units", "shown_product", "unit_price", "line_total"]
    ordering = ["position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        """The currency is the order's."""
        return super().get_queryset(request).select_related("order")

    @admin.display(description=_("quantity"))
    def shown_units(self, line: OrderLine) -> SafeString:
        """With how many of them were sent and refunded."""
        shipped, refunded = line.shipped_quantity, line.refunded_quantity
        return lines(
            [
                str(line.quantity),
                shipped and gettext("%(count)s shipped") % {"count": shipped},
                refunded and gettext("%(count)s refunded") % {"count": refunded},
            ]
        )

    @admin.display(description=_("product"))
    def shown_product(self, line: OrderLine) -> SafeString:
        """With its variant and its SKU."""
        return lines([line.title, line.variant_name, line.sku])

    @admin.display(description=_("unit price"))
    def unit_price(self, line: OrderLine) -> str:
        return money(line.unit_amount, line.order.currency)

    @admin.display(description=_("total"))
    def line_total(self, line: OrderLine) -> SafeString:
        """With the discount below it."""
        amounts = [line.full_amount, *([-line.discount_amount] if line.discount_amount else [])]
        return lines(money(amount, line.order.currency) for amount in amounts)


@admin.register(Order)
class OrderAdmin(OrderFiles, OrderActions, ReadOnly, ModelAdmin):
    list_display = ["number", "shown_total", "shown_state", "email", "placed_at"]
    list_filter = ["state", TodoFilter, AgeFilter]
    search_fields = ["number", "email", "shipping_address__name"]
    search_help_text = _("Search by order number, email address or name")
    ordering = ["-placed_at"]
    show_full_result_count = False
    inlines = [LineInline]
    actions = ["cancel"]
    fieldsets = [
        (None, {"fields": ["state", "shown_failure", "placed_at", "paid_at", "fulfilled_at"]}),
        (_("Customer"), {"fields": ["email", "account", "shown_language", "company_name", "vat_id", "shown_billing"]}),
        (
            _("Amounts"),
            {
                "fields": [
                    *("subtotal", "shown_discount", "added_tax", "shipping", "shown_total"),
                    *("refunded", "shown_payment"),
                ]
            },
        ),
        (
            _("Delivery"),
            {"fields": ["shipping_method", "shown_address", "delivery_dates", "shown_message", "reservation"]},
        ),
        (_("Documents"), {"fields": ["shown_documents", "shown_packing_slips"]}),
        (_("Timeline"), {"fields": ["shown_timeline"]}),
    ]
    readonly_fields = [name for _title, options in fieldsets for name in options["fields"]]

    class Media:
        css = {"all": ["checkout/admin.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> list[tuple[Any, dict[str, Any]]]:
        """Without the reason of a failure where there was none."""
        (title, options), *others = super().get_fieldsets(request, obj)
        if obj is not None and obj.failure_message:
            return [(title, options), *others]
        return [(title, {"fields": [name for name in options["fields"] if name != "shown_failure"]}), *others]

    @admin.display(description=_("total"), ordering="total_amount")
    def shown_total(self, order: Order) -> str:
        return money(order.total_amount, order.currency)

    @admin.display(description=_("subtotal"))
    def subtotal(self, order: Order) -> str:
        return money(order.subtotal_amount, order.currency)

    @admin.display(description=_("discount"))
    def shown_discount(self, order: Order) -> SafeString | str:
        """With the code, which the list of codes finds."""
        if not order.voucher_code:
            return ""
        code = link(reverse("admin:vouchers_vouchercode_changelist") + f"?q={order.voucher_code}", order.voucher_code)
        if order.has_voucher_shipping:
            return format_html("{} ({})", gettext("Free shipping"), code)
        return format_html("{} ({})", money(-order.discount_amount, order.currency), code)

    @admin.display(description=_("gift message"))
    def shown_message(self, order: Order) -> SafeString:
        return lines(order.gift_message.splitlines())

    @admin.display(description=_("tax on items"))
    def added_tax(self, order: Order) -> str:
        """What tax changes in the lines; empty where prices include it."""
        return money(order.added_tax_amount, order.currency) if order.added_tax_amount else ""

    @admin.display(description=_("shipping"))
    def shipping(self, order: Order) -> str:
        return money(order.shipping_amount, order.currency)

    @admin.display(description=_("refunded"))
    def refunded(self, order: Order) -> str:
        return money(order.refunded_amount, order.currency) if order.refunded_amount else ""

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.PENDING: "",
            State.RESERVED: "info",
            State.AUTHORISED: "info",
            State.PAID: "success",
            State.FULFILLED: "success",
            State.CANCELLED: "",
            State.FAILED: "danger",
            State.PARTIALLY_REFUNDED: "warning",
            State.REFUNDED: "warning",
        },
    )
    def shown_state(self, order: Order) -> tuple[str, str]:
        return order.state, order.get_state_display()

    @admin.display(description=_("reason"))
    def shown_failure(self, order: Order) -> str:
        return order.failure_sentence

    @admin.display(description=_("account"))
    def account(self, order: Order) -> SafeString | str:
        if order.user_id is None:
            return gettext("Guest, without an account")
        return link(admin_url("auth", f"accounts/user/{order.user_id}/change/"), gettext("Open the account"))

    @admin.display(description=_("language"))
    def shown_language(self, order: Order) -> str:
        return language_name(order.language)

    @admin.display(description=_("payment"))
    def shown_payment(self, order: Order) -> SafeString | str:
        payment = payments_of([order]).get(order.pk)
        if payment is None:
            return ""
        url = reverse("admin:payments_payment_change", args=[payment.pk])
        return format_html("{}, {}", link(url, payment.method), payment.get_state_display())

    @admin.display(description=_("delivery method"))
    def shipping_method(self, order: Order) -> str:
        return order.shipping_name

    @admin.display(description=_("billing address"))
    def shown_billing(self, order: Order) -> SafeString | str:
        """Where it is not the delivery address."""
        return address(order.billing_address)

    @admin.display(description=_("delivery address"))
    def shown_address(self, order: Order) -> SafeString | str:
        return address(order.shipping_address)

    @admin.display(description=_("expected delivery"))
    def delivery_dates(self, order: Order) -> str:
        days = [order.earliest_delivery_date, order.latest_delivery_date]
        return " – ".join(dict.fromkeys(date_format(day, "DATE_FORMAT") for day in days if day))

    @admin.display(description=_("stock"))
    def reservation(self, order: Order) -> SafeString | str:
        if order.reservation_id is None:
            return ""
        url = admin_url("catalog", f"inventory/reservation/{order.reservation_id}/change/")
        return link(url, gettext("Open the reservation"))

    @admin.display(description=_("invoice and credit notes"))
    def shown_documents(self, order: Order) -> SafeString:
        return lines(
            link(reverse("admin:orders_order_document", args=[order.pk, document.pk]), document)
            for document in documents_of([order])[order.pk]
        )

    @admin.display(description=_("packing slips"))
    def shown_packing_slips(self, order: Order) -> SafeString:
        return lines(
            link(reverse("admin:orders_order_packing_slip", args=[order.pk, shipment.pk]), shipment)
            for shipment in shipments_of([order])[order.pk]
        )

    @admin.display(description=_("timeline"))
    def shown_timeline(self, order: Order) -> SafeString:
        entries = (
            (
                date_format(localtime(entry.at), "DATETIME_FORMAT"),
                link(entry.url, entry.title) if entry.url else entry.title,
                lines(entry.detail.splitlines()),
                entry.by,
            )
            for entry in timeline(order)
        )
        rows = format_html_join(
            "", '<li><strong>{1}</strong> <span class="order-timeline-by">{0} {3}</span><br>{2}</li>', entries
        )
        return format_html('<ul class="order-timeline">{}</ul>', rows)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Names no model permission of its own: who may change orders may cancel them."""
        return request.user.has_perm("orders.change_order")

    @admin.action(description=_("Cancel unpaid orders"), permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        """First shows what will happen; `confirmed` does it, order by order."""
        if not request.POST.get("confirmed"):
            return self._confirm_cancelling(request, queryset)
        for order in queryset:
            try:
                services.cancel_order(order, by="the shop")
            except Problem as problem:
                messages.error(request, str(problem))
        return None

    def _confirm_cancelling(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse:
        unpaid = [order for order in queryset if order.state in Order.CANCELLABLE]
        others = len(queryset) - len(unpaid)
        sentence = ngettext(
            "%(count)s order is paid or ended and stays as it is.",
            "%(count)s orders are paid or ended and stay as they are.",
            others,
        )
        context = self.admin_site.each_context(request) | {
            "title": gettext("Cancel unpaid orders"),
            "opts": self.model._meta,
            "orders": [(order, money(order.total_amount, order.currency)) for order in unpaid],
            "left_out": sentence % {"count": grouped(others)} if others else "",
            "selected": [str(order.pk) for order in queryset],
            "back": reverse("admin:orders_order_changelist"),
        }
        return TemplateResponse(request, "checkout/cancel_orders.html", context)
