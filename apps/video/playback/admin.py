"""Entitlements in the admin, read-only: they come from orders alone."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from apps.common.model_admin import ReadOnly
from apps.video.playback.models import Entitlement


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnly, ModelAdmin):
    list_display = ["title_slug", "offer", "order_number", "granted_at", "expires_at", "revoked_at"]
    list_filter = ["offer"]
    search_fields = ["title_slug", "order_number"]
    ordering = ["-granted_at"]
    show_full_result_count = False
