"""What stands beside a title on its page: captions, cast and crew, age ratings, artwork."""

from __future__ import annotations

from django.contrib import admin
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from apps.video.titles.forms import AgeRatingForm, ArtworkForm, CaptionForm, CreditForm
from apps.video.titles.models import AgeRating, Artwork, CaptionTrack, Credit, Title


class CaptionInline(StackedInline):
    model = CaptionTrack
    form = CaptionForm
    extra = 0
    tab = True


class CreditInline(TabularInline):
    model = Credit
    form = CreditForm
    autocomplete_fields = ["person"]
    ordering = ["position", "pk"]
    ordering_field = "position"
    extra = 0
    tab = True


class AgeRatingInline(TabularInline):
    model = AgeRating
    form = AgeRatingForm
    ordering = ["country"]
    extra = 0
    tab = True


class ArtworkInline(TabularInline):
    """Images are added and taken away; another one is another row."""

    model = Artwork
    form = ArtworkForm
    fields = ["preview", "kind", "upload"]
    readonly_fields = ["preview"]
    ordering = ["kind", "position", "pk"]
    extra = 0
    tab = True

    def has_change_permission(self, request: HttpRequest, obj: Title | None = None) -> bool:
        return False

    @admin.display(description=_("preview"))
    def preview(self, artwork: Artwork) -> str:
        if not artwork.sizes:
            return ""
        url = default_storage.url(artwork.sizes[0]["name"])
        return format_html('<img src="{}" alt="{}" width="160" loading="lazy">', url, artwork.get_kind_display())
