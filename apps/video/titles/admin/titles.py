"""Films and series in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display

from apps.common.admin_site.display import duration, language_name
from apps.common.admin_site.translated import with_translations
from apps.video.titles import services
from apps.video.titles.admin.inlines import AgeRatingInline, ArtworkInline, CaptionInline, CreditInline
from apps.video.titles.forms import TitleForm
from apps.video.titles.models import Artwork, CaptionTrack, Title
from apps.video.titles.selectors import poster_url

State = Title.State
# Declared by the form alone, so they have to be shown in another way to those who only look.
LISTS = ("languages", "packages", "countries", "available_countries")
# Permissions come with the roles of one's account.
admin.site.unregister(Group)


@admin.register(Title)
class TitleAdmin(ModelAdmin):
    form = TitleForm
    list_display = ["name", "belongs_to", "thumbnail", "kind", "year", "shown_state", "shown_runtime"]
    list_select_related = ["parent__parent"]
    list_filter = ["state", "kind", "genres"]
    search_fields = ["name", "slug"]
    search_help_text = _("Search by name")
    ordering = ["name"]
    show_full_result_count = False
    prepopulated_fields = {"slug": ["name"]}
    fieldsets: Any = [
        (
            None,
            {
                "fields": [
                    *(("name", "slug"), ("kind", "parent", "number"), ("original_name", "year"), "tagline", "synopsis"),
                    *("genres", "poster", ("state", "shown_runtime")),
                ]
            },
        ),
        (_("Languages and countries"), {"classes": ["tab"], "fields": ["languages", "countries"]}),
        (
            _("Availability"),
            {
                "classes": ["tab"],
                "fields": [("available_from", "available_until"), "available_countries", "packages", "encryption"],
            },
        ),
        (_("Player"), {"classes": ["tab"], "fields": [("intro_start", "intro_end", "credits_start")]}),
    ]
    autocomplete_fields = ["parent", "genres"]
    readonly_fields = [
        *("state", "shown_runtime", "shown_languages", "shown_packages", "shown_countries"),
        "shown_available_countries",
    ]
    inlines = [CreditInline, AgeRatingInline, ArtworkInline, CaptionInline]
    actions = ["withdraw_selected"]
    actions_detail = ["upload_film", "show_encoding", "show_preview", "withdraw", "bring_back"]

    class Media:
        js = ["admin_site/labels.js"]

    def get_readonly_fields(self, request: HttpRequest, obj: Title | None = None) -> list[str]:
        """A title keeps its kind."""
        return [*self.readonly_fields, *(["kind"] if obj else [])]

    def get_fieldsets(self, request: HttpRequest, obj: Title | None = None) -> Any:
        """With the texts in further languages. Those who only look see lists as lines, not as the database writes
        them."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if may_write:
            translations = {"classes": ["tab"], "fields": with_translations(self.form).translation_fields()}
            return [*self.fieldsets, (_("Translations"), translations)]
        return [
            (title, options | {"fields": [f"shown_{name}" if name in LISTS else name for name in options["fields"]]})
            for title, options in self.fieldsets
        ]

    def get_form(self, request: HttpRequest, obj: Title | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **kwargs | {"form": with_translations(self.form)})

    def save_model(self, request: HttpRequest, obj: Title, form: TitleForm, change: bool) -> None:
        """By the services of the API, and only what was changed: an encoding that ends at this moment writes the same
        row."""
        fields = form.changed_columns()
        if change:
            slug = form.initial["slug"]
            title = services.change_title(slug, fields=fields)
        else:
            fields["kind"] = form.cleaned_data["kind"]
            title = services.create_title(fields.pop("slug"), fields=fields)
        obj.pk = title.pk
        obj.refresh_from_db()
        # What follows saves relations of a row that exists.
        obj._state.adding = False

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseInlineFormSet, change: bool) -> None:
        """Captions and images go the way of every other one: read, checked, and brought to viewers."""
        if formset.model is CaptionTrack:
            self._save_captions(formset)
        elif formset.model is Artwork:
            self._save_artwork(formset)
        else:
            formset.save()
            return
        formset.new_objects, formset.changed_objects = [], []

    def _save_captions(self, formset: BaseInlineFormSet) -> None:
        changed = formset.save(commit=False)
        for track in formset.deleted_objects:
            services.remove_captions(track)
        for track in changed:
            if track.pk and CaptionTrack.objects.filter(pk=track.pk).exclude(language=track.language).exists():
                CaptionTrack.objects.get(pk=track.pk).delete()
            services.set_captions(track.title, language=track.language, label=track.label, webvtt=track.webvtt)

    def _save_artwork(self, formset: BaseInlineFormSet) -> None:
        formset.save(commit=False)
        for artwork in formset.deleted_objects:
            services.remove_artwork(artwork)
        for form in formset.extra_forms:
            if form.has_changed() and not form.cleaned_data.get("DELETE"):
                kind = Artwork.Kind(form.cleaned_data["kind"])
                services.add_artwork(formset.instance.slug, kind, form.cleaned_data["upload"])

    @admin.display(description=_("part of"), ordering="parent__name")
    def belongs_to(self, title: Title) -> str:
        return str(title.parent or "")

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

    @admin.display(description=_("languages"))
    def shown_languages(self, title: Title) -> str:
        return ", ".join(language_name(code) for code in title.languages)

    @admin.display(description=_("film packages"))
    def shown_packages(self, title: Title) -> str:
        return ", ".join(title.packages)

    @admin.display(description=_("countries of production"))
    def shown_countries(self, title: Title) -> str:
        return ", ".join(title.countries)

    @admin.display(description=_("available in"))
    def shown_available_countries(self, title: Title) -> str:
        return ", ".join(title.available_countries) or gettext("everywhere")

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Those that make sense for the title as it is."""
        title = Title.objects.only("state", "kind").filter(pk=str(object_id)).first()
        if title is None:
            return []
        hidden = {"withdraw" if title.state == State.WITHDRAWN else "bring_back"}
        hidden |= {"upload_film", "show_encoding", "show_preview"} if title.kind in Title.FOLDERS else set()
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix("titles_title_") not in hidden]

    @action(description=_("Upload a film"), url_path="upload-film", permissions=["change"], icon="upload")
    def upload_film(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page is that of uploads, which know titles and not the other way round."""
        return HttpResponseRedirect(reverse("admin:uploads_upload_film", args=[object_id]))

    @action(description=_("Encoding and storage"), url_path="encoding", permissions=["view"], icon="video_settings")
    def show_encoding(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:encoding_encoding_film", args=[object_id]))

    @action(description=_("Preview"), url_path="preview", permissions=["view"], icon="play_circle")
    def show_preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("preview", args=[object_id]))

    @action(description=_("Withdraw"), url_path="withdraw", permissions=["change"], icon="visibility_off")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentences = [
            gettext("The title leaves the lists and cannot be bought any more, with everything that belongs to it."),
            gettext("Those who bought it can still watch it."),
        ]
        return self._confirmed(request, object_id, (gettext("Withdraw"), sentences), services.withdraw)

    @action(description=_("Bring back"), url_path="bring-back", permissions=["change"], icon="visibility")
    def bring_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentences = [gettext("The title is listed and can be bought again, within its time and its countries.")]
        return self._confirmed(request, object_id, (gettext("Bring back"), sentences), services.bring_back)

    def _confirmed(
        self, request: HttpRequest, object_id: str, texts: tuple[str, list[str]], do: Callable[[Title], object]
    ) -> HttpResponse:
        """The page that asks; once it is confirmed, back to the title."""
        title = Title.objects.filter(pk=object_id).first()
        if title is None:
            raise Http404
        address = reverse("admin:titles_title_change", args=[title.pk])
        if request.method == "POST":
            do(title)
            messages.success(request, gettext("Done."))
            return HttpResponseRedirect(address)
        label, sentences = texts
        form = forms.Form()
        page = {"form": form, "sentences": sentences, "apply_label": label}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": f"{label}: {title.name}",
            "page": page,
            "form": form,
            "back_url": address,
            "back_label": gettext("Back to the title"),
        }
        return TemplateResponse(request, "admin_site/action_page.html", context)

    @admin.action(description=_("Withdraw selected films"))
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Title]) -> None:
        for title in queryset:
            services.withdraw(title)
