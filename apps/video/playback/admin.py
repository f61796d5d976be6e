"""Entitlements in the admin: looked at; they come from orders alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.video.playback.models import Entitlement


@admin.register(Entitlement)
class EntitlementAdmin(ModelAdmin):
    list_display = ["title_slug", "offer", "order_number", "granted_at", "expires_at", "revoked_at"]
    list_filter = ["offer"]
    search_fields = ["title_slug", "order_number"]
    ordering = ["-granted_at"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
