"""Plans and subscriptions in the admin; what staff do with a subscription asks on a page that says what it costs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import language_name, lines, link, money
from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.model_admin import ReadOnly
from apps.common.problems import Problem
from apps.common.staff.services import staff_email
from apps.payment.documents.files import document_response
from apps.payment.documents.models import Document
from apps.payment.subscriptions import services
from apps.payment.subscriptions.forms import ConfirmForm, ExtendForm, PlanForm, plan_fields
from apps.payment.subscriptions.models import BillingPeriod, Plan, Subscription
from apps.payment.subscriptions.selectors import history, with_invoices

State = Subscription.State


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    """Plans are switched off and not deleted: subscriptions name them."""

    form = PlanForm
    list_display = ["shown_name", "code", "shown_prices", "interval", "package", "trial_days", "is_active"]
    list_filter = ["is_active", "interval"]
    search_fields = ["code", "package"]
    search_help_text = _("Search by code or film package")
    ordering = ["position", "code"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).prefetch_related("prices")

    def get_form(self, request: HttpRequest, obj: Plan | None = None, change: bool = False, **kwargs: Any) -> Any:
        """With a field for each language and currency."""
        declared = type("PlanForm", (PlanForm,), plan_fields())
        kwargs["fields"] = PlanForm.Meta.fields
        return super().get_form(request, obj, change, form=declared, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Plan | None = None) -> list[tuple[Any, dict[str, Any]]]:
        texts = [name for name in plan_fields() if not name.startswith("price_")]
        prices = [name for name in plan_fields() if name.startswith("price_")]
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        own = (None, {"fields": ["code", "package", "interval", "trial_days", "position", "is_active"]})
        if not may_write:
            return [own]
        return [own, (_("Texts"), {"fields": texts}), (_("Prices"), {"fields": prices})]

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> list[str]:
        """Events and invoices name the code, and periods are counted by the interval."""
        return ["code", "interval"] if obj else []

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        form.write_texts()
        super().save_model(request, obj, form, change)
        form.write_prices()

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False

    @admin.display(description=_("name"))
    def shown_name(self, plan: Plan) -> str:
        return plan.name_in(current_language())

    @admin.display(description=_("prices"))
    def shown_prices(self, plan: Plan) -> SafeString:
        return lines(money(row.amount, row.currency) for row in plan.prices.all())


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
        """With how it stands, the credit and the tries that failed."""
        credit, failed = period.credit_amount, period.failed_count
        return lines(
            [
                money(period.amount, period.currency),
                period.get_state_display(),
                credit and gettext("after a credit of %(amount)s") % {"amount": money(credit, period.currency)},
                failed and gettext("failed tries: %(count)s") % {"count": failed},
            ]
        )

    @admin.display(description=_("invoice"))
    def shown_invoice(self, period: Any) -> SafeString | str:
        if not period.invoice_id:
            return ""
        return link(reverse("admin:subscriptions_invoice", args=[period.invoice_id]), period.invoice_number)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, ModelAdmin):
    list_display = ["number", "shown_state", "email", "plan", "period_ends_at", "started_at"]
    list_filter = ["state", "is_cancelled", "plan", "end_reason"]
    list_select_related = ["plan"]
    search_fields = ["number", "email"]
    search_help_text = _("Search by subscription number or email address")
    ordering = ["-started_at"]
    show_full_result_count = False
    inlines = [PeriodInline]
    actions_detail = ["cancel_subscription", "end_subscription", "extend_subscription"]
    fieldsets = [
        (None, {"fields": ["state", "plan", "next_plan", "is_cancelled", "started_at", "ended_at", "end_reason"]}),
        (_("Customer"), {"fields": ["email", "account", "shown_language", "shown_country", "method"]}),
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
        return country_name(subscription.country, current_language())

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

    def has_support_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The form is read-only; who may change subscriptions may do what support does."""
        return bool(request.user.has_perm("subscriptions.change_subscription"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Those that make sense for the subscription as it is."""
        found = _subscription(object_id)
        possible = set()
        if found.is_live:
            possible |= {"end_subscription"} | ({"cancel_subscription"} if not found.is_cancelled else set())
        if found.state in (State.TRIALING, State.ACTIVE):
            possible.add("extend_subscription")
        allowed = super().get_actions_detail(request, object_id)
        return [one for one in allowed if one.action_name.removeprefix("subscriptions_subscription_") in possible]

    @action(description=_("Cancel"), permissions=["support"], url_path="cancel", icon="event_busy")
    def cancel_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        day = {"day": _day(found.period_ends_at)}
        sentences = [
            gettext("Nothing is refunded, and nothing more is charged."),
            gettext("Films can be watched until %(day)s; the customer can resume until then.") % day,
            gettext("The customer gets a mail that confirms it."),
        ]
        form = ConfirmForm(request.POST if request.method == "POST" else None)
        title = gettext("Cancel at the end of the period")
        return self._act(
            request, found, form, (title, sentences), lambda: services.cancel(found, by=staff_email(request))
        )

    @action(description=_("End now"), permissions=["support"], url_path="end", icon="block")
    def end_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        sentences = [
            gettext("No money goes back: what was paid for the period stays paid."),
            gettext("Films can be watched no more, from now on."),
            gettext("What is being charged is stopped, and nothing more is charged."),
        ]
        form = ConfirmForm(request.POST if request.method == "POST" else None)
        return self._act(
            request,
            found,
            form,
            (gettext("End now"), sentences),
            lambda: services.end_now(found, by=staff_email(request)),
        )

    @action(description=_("Extend"), permissions=["support"], url_path="extend", icon="more_time")
    def extend_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = _subscription(object_id)
        sentences = [
            gettext("No money moves: the days are free."),
            gettext("The period ends so many days after %(day)s, and later renewals move with it.")
            % {"day": _day(found.period_ends_at)},
        ]
        form = ExtendForm(request.POST if request.method == "POST" else None)

        def extend() -> None:
            services.extend(found, days=form.cleaned_data["days"], by=staff_email(request))

        return self._act(request, found, form, (gettext("Extend"), sentences), extend)

    def _act(
        self,
        request: HttpRequest,
        found: Subscription,
        form: forms.Form,
        texts: tuple[str, list[str]],
        do: Callable[[], object],
    ) -> HttpResponse:
        """The page that asks, or what it asked for; with the problem's sentence when that is refused."""
        title, sentences = texts
        url = reverse("admin:subscriptions_subscription_change", args=[found.pk])
        if form.is_valid():
            try:
                do()
            except Problem as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, gettext("Done. The history says what happened."))
                return HttpResponseRedirect(url)
        context = {
            **self.admin_site.each_context(request),
            "opts": Subscription._meta,
            "title": f"{title}: {found.number}",
            "apply_label": title,
            "sentences": sentences,
            "form": form,
            "back_url": url,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "subscriptions/action.html", context, status=status)


def _subscription(object_id: Any) -> Subscription:
    try:
        return Subscription.objects.select_related("plan").get(pk=uuid.UUID(str(object_id)))
    except (ValueError, Subscription.DoesNotExist) as error:
        raise Http404 from error


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")
