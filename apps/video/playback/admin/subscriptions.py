"""What subscriptions open, as payment reported it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import link
from apps.common.model_admin import ReadOnly
from apps.video.playback.admin.accounts import SearchedByEmail
from apps.video.playback.models import SubscriptionAccess


@admin.register(SubscriptionAccess)
class SubscriptionAccessAdmin(SearchedByEmail, ReadOnly, ModelAdmin):
    list_display = ["subscription_number", "shown_account", "package", "state", "access_until", "started_at"]
    list_filter = ["package", "state"]
    search_fields = ["subscription_number"]
    search_help_text = _("Search by subscription number or the customer’s e-mail address")
    ordering = ["-started_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "shown_subscription",
        "package",
        "state",
        "shown_account",
        "started_at",
        "access_until",
    ]

    @admin.display(description=_("subscription"))
    def shown_subscription(self, access: SubscriptionAccess) -> SafeString:
        url = admin_url("payment", f"subscriptions/subscription/?q={access.subscription_number}")
        return link(url, access.subscription_number)
