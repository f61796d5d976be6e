"""Reviews in the admin: hide and show; nobody rewrites what customers said."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.catalog.reviews import services
from apps.catalog.reviews.models import Review


@admin.register(Review)
class ReviewAdmin(ModelAdmin):
    list_display = ["product", "rating", "title", "author_name", "created_at", "status"]
    list_select_related = ["product"]
    list_filter = ["rating", "status"]
    search_fields = ["title", "body", "product__title"]
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["approve", "reject"]
    readonly_fields = ["product", "rating", "title", "body", "author_name", "is_verified", "created_at"]
    fields = [*readonly_fields, "status"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Review, form: Any, change: bool) -> None:
        services.moderate(obj, obj.status, by=request.user.email)

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        for review in queryset:
            services.moderate(review, Review.Status.APPROVED, by=request.user.email)

    @admin.action(description="Reject")
    def reject(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        for review in queryset:
            services.moderate(review, Review.Status.REJECTED, by=request.user.email)
