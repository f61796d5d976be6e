"""Pages of text in the admin: imprint, privacy, terms."""

from __future__ import annotations

from django.contrib import admin

from apps.catalog.backoffice.admin.service_forms import TRANSLATIONS, FormSets, ServiceAdmin, ServiceForm
from apps.catalog.pages import services
from apps.catalog.pages.models import Page
from apps.common.admin_site.translated import TranslatedForm


class PageForm(ServiceForm, TranslatedForm):
    class Meta:
        model = Page
        fields = ["title", "slug", "body", "is_published", "position"]


@admin.register(Page)
class PageAdmin(ServiceAdmin[Page, PageForm]):
    form = PageForm
    list_display = ["title", "slug", "is_published", "position", "updated_at"]
    list_filter = ["is_published"]
    search_fields = ["title", "slug"]
    ordering = ["position", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": [("title", "slug"), ("position", "is_published"), "body"]}),
        TRANSLATIONS,
    ]

    def write(self, form: PageForm, formsets: FormSets) -> Page:
        if form.is_new:
            return services.create_page(form.columns())
        return services.change_page(form.initial["slug"], form.columns(), guard=form.guard)

    def remove(self, row: Page, *, seen: str) -> None:
        services.delete_page(row.slug, guard=self.form.guard_of(seen))
