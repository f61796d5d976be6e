"""Genres in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.translated import with_translations
from apps.common.translated import merged_translations
from apps.video.titles.forms import GenreForm
from apps.video.titles.models import Genre


@admin.register(Genre)
class GenreAdmin(ModelAdmin):
    form = GenreForm
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    search_help_text = _("Search by name")
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_form(self, request: HttpRequest, obj: Genre | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **kwargs | {"form": with_translations(self.form)})

    def get_fields(self, request: HttpRequest, obj: Genre | None = None) -> list[Any]:
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [("name", "slug"), *(with_translations(self.form).translation_fields() if may_write else [])]

    def save_model(self, request: HttpRequest, obj: Genre, form: GenreForm, change: bool) -> None:
        if translations := form.translation_changes():
            obj.translations = merged_translations(obj, translations)
        super().save_model(request, obj, form, change)
