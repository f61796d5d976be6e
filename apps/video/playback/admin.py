"""Entitlements in the admin, read-only: they come from orders alone."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import link
from apps.common.model_admin import ReadOnly
from apps.video.playback.models import Entitlement, SubscriptionAccess
from apps.video.titles.models import Title


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnly, ModelAdmin):
    list_display = ["film", "offer", "order_number", "granted_at", "expires_at", "revoked_at"]
    list_filter = ["offer"]
    search_fields = ["title_slug", "order_number"]
    search_help_text = _("Search by film or order number")
    ordering = ["-granted_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "film_link",
        "offer",
        "rental_hours",
        "order",
        "account",
        "granted_at",
        "first_played_at",
        "expires_at",
        "revoked_at",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entitlement]:
        """With the film's id and name: it may not exist here yet, so there is no foreign key."""
        titles = Title.objects.filter(slug=OuterRef("title_slug"))
        return (
            super()
            .get_queryset(request)
            .annotate(film_id=Subquery(titles.values("pk")[:1]), film_name=Subquery(titles.values("name")[:1]))
        )

    @admin.display(description=_("film"), ordering="title_slug")
    def film(self, entitlement: Entitlement) -> str:
        return getattr(entitlement, "film_name", None) or entitlement.title_slug

    @admin.display(description=_("film"))
    def film_link(self, entitlement: Entitlement) -> SafeString | str:
        film_id = getattr(entitlement, "film_id", None)
        if film_id is None:
            return entitlement.title_slug
        return link(reverse("admin:titles_title_change", args=[film_id]), self.film(entitlement))

    @admin.display(description=_("order"))
    def order(self, entitlement: Entitlement) -> SafeString:
        url = admin_url("payment", f"orders/order/?q={entitlement.order_number}")
        return link(url, entitlement.order_number)

    @admin.display(description=_("account"))
    def account(self, entitlement: Entitlement) -> SafeString:
        url = admin_url("auth", f"accounts/user/{entitlement.user_id}/change/")
        return link(url, gettext("Open the account"))


@admin.register(SubscriptionAccess)
class SubscriptionAccessAdmin(ReadOnly, ModelAdmin):
    """What subscriptions open, as payment reported it."""

    list_display = ["subscription_number", "package", "state", "access_until", "started_at"]
    list_filter = ["package", "state"]
    search_fields = ["subscription_number"]
    search_help_text = _("Search by subscription number")
    ordering = ["-started_at"]
    show_full_result_count = False
    fields = readonly_fields = ["shown_subscription", "package", "state", "account", "started_at", "access_until"]

    @admin.display(description=_("subscription"))
    def shown_subscription(self, access: SubscriptionAccess) -> SafeString:
        url = admin_url("payment", f"subscriptions/subscription/?q={access.subscription_number}")
        return link(url, access.subscription_number)

    @admin.display(description=_("account"))
    def account(self, access: SubscriptionAccess) -> SafeString:
        return link(admin_url("auth", f"accounts/user/{access.user_id}/change/"), gettext("Open the account"))
