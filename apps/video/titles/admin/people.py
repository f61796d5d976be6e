"""People in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.translated import with_translations
from apps.common.languages import languages
from apps.common.translated import merged_translations
from apps.video.titles import services
from apps.video.titles.forms import PersonForm
from apps.video.titles.models import Person


@admin.register(Person)
class PersonAdmin(ModelAdmin):
    form = PersonForm
    list_display = ["name", "born_year", "died_year"]
    search_fields = ["name", "slug"]
    search_help_text = _("Search by name")
    ordering = ["name"]
    show_full_result_count = False
    prepopulated_fields = {"slug": ["name"]}

    def get_form(self, request: HttpRequest, obj: Person | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **kwargs | {"form": with_translations(self.form)})

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        own = ("name", "slug"), ("born_year", "died_year"), "biography"
        further = with_translations(self.form).translation_fields() if may_write and languages()[1:] else []
        return [(None, {"fields": [*own, *further]})]

    def save_model(self, request: HttpRequest, obj: Person, form: PersonForm, change: bool) -> None:
        """Through the service of the API: what was changed, and the version."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in form.Meta.fields}
        translations = form.translation_changes()
        if not change:
            obj.translations = merged_translations(obj, translations)
            obj.save()
            return
        if changes or translations:
            slug = form.initial["slug"]
            services.change_person(slug, fields=changes | ({"translations": translations} if translations else {}))
