"""Films in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from apps.video.titles import services
from apps.video.titles.models import CaptionTrack, Title
from apps.video.titles.selectors import poster_url

# Permissions come with the roles of one's account.
admin.site.unregister(Group)


class CaptionInline(TabularInline):
    model = CaptionTrack
    extra = 0


@admin.register(Title)
class TitleAdmin(ModelAdmin):
    list_display = ["thumbnail", "name", "year", "state", "runtime_seconds"]
    list_display_links = ["thumbnail", "name"]
    list_filter = ["state"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    show_full_result_count = False
    prepopulated_fields = {"slug": ["name"]}
    fields = [
        ("name", "slug"),
        "year",
        "directors",
        "cast",
        "synopsis",
        "languages",
        "poster",
        "state",
        "runtime_seconds",
    ]
    readonly_fields = ["state", "runtime_seconds"]
    inlines = [CaptionInline]
    actions = ["withdraw"]

    def save_model(self, request: HttpRequest, obj: Title, form: ModelForm, change: bool) -> None:
        """Only what was changed: an encoding that ends at this moment writes the same row."""
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
        else:
            super().save_model(request, obj, form, change)

    @admin.display(description="")
    def thumbnail(self, title: Title) -> str:
        url = poster_url(title)
        return format_html('<img src="{}" alt="" width="40" loading="lazy">', url) if url else "–"

    @admin.action(description="Withdraw selected titles")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Title]) -> None:
        for title in queryset:
            services.withdraw(title)
