"""The tree of categories, and brands."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from apps.catalog.history.admin import HistoryAdmin
from apps.catalog.products import taxonomy
from apps.catalog.products.forms import CategoryForm
from apps.catalog.products.models import Brand, Category


@admin.register(Brand)
class BrandAdmin(HistoryAdmin, ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            taxonomy.record_rename(obj)


@admin.register(Category)
class CategoryAdmin(HistoryAdmin, ModelAdmin):
    """The tree in its order. Only leaves without products can be deleted."""

    form = CategoryForm
    list_display = ["shown_name", "full_path", "description"]
    search_fields = ["name", "full_path"]
    ordering = ["path"]
    prepopulated_fields = {"slug": ["name"]}

    @admin.display(description="name", ordering="path")
    def shown_name(self, category: Category) -> str:
        return format_html("{}{}", "\u2003" * (category.depth - 1), category.name)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        taxonomy.save_category(obj, parent=form.cleaned_data["parent"])

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_leaf())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
