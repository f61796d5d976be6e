"""Films in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action, display

from apps.common.admin_site.display import duration, language_name, lines
from apps.video.media.captions import read_captions, write_webvtt
from apps.video.media.languages import tag_of
from apps.video.media.reasons import MediaError
from apps.video.titles import services
from apps.video.titles.forms import TitleForm
from apps.video.titles.models import CaptionTrack, Title
from apps.video.titles.selectors import poster_url

State = Title.State
LISTS = ("directors", "cast", "languages", "packages")
# Permissions come with the roles of one's account.
admin.site.unregister(Group)


class CaptionForm(ModelForm):
    """Says in the form which line cannot be read."""

    def clean_webvtt(self) -> str:
        try:
            return write_webvtt(read_captions(self.cleaned_data["webvtt"]))
        except MediaError as error:
            raise ValidationError(str(error)) from error

    def clean_language(self) -> str:
        language = self.cleaned_data["language"]
        if tag_of(language) != language:
            raise ValidationError(gettext("This is no language. Enter a code such as de, en or pt-BR."))
        return language


class CaptionInline(StackedInline):
    model = CaptionTrack
    form = CaptionForm
    extra = 0


@admin.register(Title)
class TitleAdmin(ModelAdmin):
    form = TitleForm
    list_display = ["name", "thumbnail", "kind", "year", "shown_state", "shown_runtime"]
    list_filter = ["state", "kind"]
    search_fields = ["name", "slug"]
    search_help_text = _("Search by name")
    ordering = ["name"]
    show_full_result_count = False
    prepopulated_fields = {"slug": ["name"]}
    fields = [
        ("name", "slug"),
        ("kind", "parent", "number"),
        "year",
        "directors",
        "cast",
        "synopsis",
        "languages",
        "packages",
        "poster",
        ("intro_start", "intro_end", "credits_start"),
        "state",
        "shown_runtime",
    ]
    autocomplete_fields = ["parent"]
    readonly_fields = ["state", "shown_runtime", "shown_directors", "shown_cast", "shown_languages", "shown_packages"]
    inlines = [CaptionInline]
    actions = ["withdraw"]
    actions_detail = ["upload_film"]

    def get_readonly_fields(self, request: HttpRequest, obj: Title | None = None) -> list[str]:
        """A title keeps its kind."""
        return [*self.readonly_fields, *(["kind"] if obj else [])]

    def get_fields(self, request: HttpRequest, obj: Title | None = None) -> list:
        """Those who only look see lists as lines, not as the database writes them."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if may_write:
            return self.fields
        return [f"shown_{name}" if name in LISTS else name for name in self.fields]

    def save_model(self, request: HttpRequest, obj: Title, form: ModelForm, change: bool) -> None:
        """Only what was changed: an encoding that ends at this moment writes the same row."""
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
        else:
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        """Captions go the way of every other one: read, checked, and brought to viewers."""
        changed = formset.save(commit=False)
        for track in formset.deleted_objects:
            services.remove_captions(track)
        for track in changed:
            if track.pk and CaptionTrack.objects.filter(pk=track.pk).exclude(language=track.language).exists():
                CaptionTrack.objects.get(pk=track.pk).delete()
            services.set_captions(track.title, language=track.language, label=track.label, webvtt=track.webvtt)
        formset.new_objects, formset.changed_objects = [], []

    @admin.display(description=_("poster"))
    def thumbnail(self, title: Title) -> str:
        url = poster_url(title)
        return format_html('<img src="{}" alt="" width="40" loading="lazy">', url) if url else ""

    @display(
        description=_("state"),
        ordering="state",
        label={State.DRAFT: "", State.ENCODING: "info", State.READY: "success", State.WITHDRAWN: "warning"},
    )
    def shown_state(self, title: Title) -> tuple[str, str]:
        return title.state, title.get_state_display()

    @admin.display(description=_("runtime"), ordering="runtime_seconds")
    def shown_runtime(self, title: Title) -> str:
        return duration(title.runtime_seconds)

    @admin.display(description=_("directors"))
    def shown_directors(self, title: Title) -> str:
        return lines(title.directors)

    @admin.display(description=_("cast"))
    def shown_cast(self, title: Title) -> str:
        return lines(title.cast)

    @admin.display(description=_("languages"))
    def shown_languages(self, title: Title) -> str:
        return ", ".join(language_name(code) for code in title.languages)

    @admin.display(description=_("film packages"))
    def shown_packages(self, title: Title) -> str:
        return ", ".join(title.packages)

    @action(description=_("Upload a film"), url_path="upload-film", permissions=["change"], icon="upload")
    def upload_film(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page is that of uploads, which know titles and not the other way round."""
        return HttpResponseRedirect(reverse("admin:uploads_upload_film", args=[object_id]))

    @admin.action(description=_("Withdraw selected films"))
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Title]) -> None:
        for title in queryset:
            services.withdraw(title)
