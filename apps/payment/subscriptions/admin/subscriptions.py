"""Subscriptions in the admin, with their periods, invoices and history."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import address, language_name, lines, link, money
from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.model_admin import ReadOnly
from apps.payment.documents.files import document_response
from apps.payment.documents.models import Document
from apps.payment.subscriptions.admin.actions import SubscriptionActions
from apps.payment.subscriptions.models import BillingPeriod, Subscription
from apps.payment.subscriptions.selectors import history, with_invoices

State = Subscription.State


class PeriodInline(ReadOnly, TabularInline):
    model = BillingPeriod
    extra = 0
    show_title = False
    # Few and narrow: on a phone the table must not scroll.
    fields = readonly_fields = ["shown_period", "shown_amount", "shown_invoice"]
    ordering = ["-starts_at"]
    per_page = 24

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingPeriod]:
        """With the id and the number of the invoice: documents know no periods."""
        return with_invoices(super().get_queryset(request))

    @admin.display(description=_("period"))
    def shown_period(self, period: BillingPeriod) -> SafeString:
        days = (date_format(localtime(moment), "DATE_FORMAT") for moment in (period.starts_at, period.ends_at))
        return lines([" – ".join(days), period.get_kind_display()])

    @admin.display(description=_("amount"))
    def shown_amount(self, period: BillingPeriod) -> SafeString:
        """With how it stands, the credit, the tries that failed, and what was refunded or can be."""
        credit, failed, refunded = period.credit_amount, period.failed_count, period.refunded_amount
        return lines(
            [
                money(period.amount, period.currency),
                period.get_state_display(),
                credit and gettext("after a credit of %(amount)s") % {"amount": money(credit, period.currency)},
                failed and gettext("failed tries: %(count)s") % {"count": failed},
                refunded and gettext("refunded: %(amount)s") % {"amount": money(refunded, period.currency)},
                period.refundable_amount and link(_refund_url(period), gettext("Refund")),
            ]
        )

    @admin.display(description=_("invoice"))
    def shown_invoice(self, period: Any) -> SafeString | str:
        if not period.invoice_id:
            return ""
        return link(reverse("admin:subscriptions_invoice", args=[period.invoice_id]), period.invoice_number)


@admin.register(Subscription)
class SubscriptionAdmin(SubscriptionActions, ReadOnly, ModelAdmin):
    list_display = ["number", "shown_state", "email", "plan", "period_ends_at", "started_at"]
    list_filter = ["state", "is_cancelled", "plan", "end_reason"]
    list_select_related = ["plan"]
    search_fields = ["number", "email"]
    search_help_text = _("Search by subscription number or email address")
    ordering = ["-started_at"]
    show_full_result_count = False
    inlines = [PeriodInline]
    fieldsets = [
        (None, {"fields": ["state", "plan", "next_plan", "is_cancelled", "started_at", "ended_at", "end_reason"]}),
        (
            _("Customer"),
            {
                "fields": [
                    "email",
                    "account",
                    "shown_language",
                    "shown_country",
                    "company_name",
                    "vat_id",
                    "shown_address",
                    "method",
                ]
            },
        ),
        (_("Period"), {"fields": ["period_starts_at", "period_ends_at", "trial_ends_at", "shown_next_try"]}),
        (_("History"), {"fields": ["shown_history"]}),
    ]
    readonly_fields = [name for _title, options in fieldsets for name in options["fields"]]

    class Media:
        css = {"all": ["checkout/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.invoice)
        return [path("invoices/<uuid:pk>.pdf", view, name="subscriptions_invoice"), *super().get_urls()]

    def invoice(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The invoice of a period."""
        if not self.has_view_permission(request):
            raise Http404
        return document_response(get_object_or_404(Document, pk=pk, charge_id__isnull=False))

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.INCOMPLETE: "",
            State.TRIALING: "info",
            State.ACTIVE: "success",
            State.PAST_DUE: "danger",
            State.ENDED: "",
        },
    )
    def shown_state(self, subscription: Subscription) -> tuple[str, str]:
        return subscription.state, subscription.get_state_display()

    @admin.display(description=_("account"))
    def account(self, subscription: Subscription) -> SafeString | str:
        if subscription.user_id is None:
            return gettext("Deleted")
        url = admin_url("auth", f"accounts/user/{subscription.user_id}/change/")
        return link(url, gettext("Open the account"))

    @admin.display(description=_("language"))
    def shown_language(self, subscription: Subscription) -> str:
        return language_name(subscription.language)

    @admin.display(description=_("country"))
    def shown_country(self, subscription: Subscription) -> str:
        country = country_name(subscription.country, current_language())
        return f"{country}, {subscription.region}" if subscription.region else country

    @admin.display(description=_("billing address"))
    def shown_address(self, subscription: Subscription) -> SafeString | str:
        return address(subscription.billing_address)

    @admin.display(description=_("next charge"))
    def shown_next_try(self, subscription: Subscription) -> str:
        due = subscription.due_at
        return date_format(localtime(due), "DATETIME_FORMAT") if due and not subscription.is_cancelled else ""

    @admin.display(description=_("history"))
    def shown_history(self, subscription: Subscription) -> SafeString:
        entries = (
            (entry.sentence, date_format(localtime(entry.at), "DATETIME_FORMAT"), entry.by)
            for entry in history(subscription, current_language())
        )
        rows = format_html_join(
            "", '<li><strong>{0}</strong><br><span class="order-timeline-by">{1} {2}</span></li>', entries
        )
        return format_html('<ul class="order-timeline">{}</ul>', rows)


def _refund_url(period: BillingPeriod) -> str:
    url = reverse("admin:subscriptions_subscription_refund_subscription", args=[period.subscription_id])
    return f"{url}?period={period.pk}"
