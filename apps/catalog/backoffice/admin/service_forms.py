"""Forms of the admin that are written by services: what a service refuses is said beside the field, and nothing is
written."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import construct_change_message, flatten
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.admin import ModelAdmin

from apps.catalog.backoffice.admin.forms import TranslatedForm, with_translations
from apps.catalog.backoffice.admin.history import HistoryAdmin
from apps.catalog.products.models.bases import Translated
from apps.catalog.products.transactions import Guard, unguarded
from apps.common.problems import PreconditionFailed, Problem

REFUSED = "_refused"
# Versions are PostgreSQL's integers.
VERSION_DIGITS = 10
STALE = (
    "Somebody changed this meanwhile. Nothing was saved: open it again in another tab, compare, and repeat your change "
    "there."
)
STALE_DELETION = "Somebody changed this meanwhile. Nothing was deleted: read it again before you delete it."


def mark_of(row: models.Model, parts: Iterable[str] = ()) -> str:
    """What a form has seen of a row and of its `parts` (names of reverse relations), as a short text."""
    seen = [_columns(row)]
    for part in parts:
        seen += [_columns(child) for child in getattr(row, part).order_by("pk")]
    return hashlib.sha256(json.dumps(seen, cls=DjangoJSONEncoder).encode()).hexdigest()[:16]


# Where treebeard keeps a row in its tree changes whenever a neighbour moves.
TREE = frozenset({"path", "numchild"})


def _columns(row: models.Model) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in TREE]


class ServiceForm(forms.ModelForm):
    """Remembers what its author has seen, and shows what a service refused. `parts` are seen too.

    Errors under one of `row_errors` are shown by a ServiceFormSet of the page, beside its rows.
    """

    parts: tuple[str, ...] = ()
    row_errors: frozenset[str] = frozenset()
    # What else staff should know of a save that went well.
    notice = ""
    refused: Problem | None = None
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        if not self.is_new:
            self.initial["seen"] = self.mark_of(self.instance)
        if "slug" in self.fields and self.is_new:
            self.fields["slug"].required = False

    @classmethod
    def mark_of(cls, row: Any) -> str:
        """What the form has seen of a row."""
        return mark_of(row, cls.parts)

    @classmethod
    def guard_of(cls, seen: str) -> Guard:
        """Raises PreconditionFailed unless `seen` is the mark of the row as it is now; an empty one never is."""

        def guard(row: models.Model) -> None:
            if cls.mark_of(row) != seen:
                raise PreconditionFailed(STALE)

        return guard

    @property
    def guard(self) -> Guard:
        """Raises PreconditionFailed when the row is no longer what the form has shown."""
        return unguarded if self.is_new else self.guard_of(self.cleaned_data.get("seen", ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.refused is None:
            return data
        if isinstance(self.refused, PreconditionFailed):
            self.add_error(None, STALE)
        elif not self.refused.errors:
            self.add_error(None, str(self.refused))
        for name, said in (self.refused.errors or {}).items():
            if name.partition(".")[0] in self.row_errors:
                continue
            field = self.field_of(name)
            self.add_error(field if field in self.fields else None, said)
        return data

    def field_of(self, name: str) -> str:
        """The form's field for a service's: `de_title` for `translations.de.title`."""
        return name.removeprefix("translations.").replace(".", "_").replace("-", "_")

    def columns(self) -> dict[str, Any]:
        """What to write: all for a new row, what was changed otherwise. A slug left empty is the service's to make."""
        own = {field.name for field in self._meta.model._meta.fields}
        names = own & set(self.cleaned_data if self.is_new else self.changed_data)
        columns = {name: self.cleaned_data[name] for name in names if name != "slug" or self.cleaned_data[name]}
        if isinstance(self, TranslatedForm) and (translations := self.translation_changes()):
            columns["translations"] = translations
        return columns


def versions_of(seen: str) -> frozenset[int]:
    """The version of a product that a page has shown; none, which no product has, for anything else."""
    return frozenset({int(seen)} if seen.isdecimal() and len(seen) <= VERSION_DIGITS else ())


class VersionedForm(ServiceForm):
    """The form of a product or of a part of one, which the product's version stands for."""

    @property
    def versions(self) -> frozenset[int]:
        """The version of the product that the form has shown."""
        return versions_of(self.cleaned_data.get("seen", ""))


class ServiceFormSet(forms.BaseInlineFormSet, ABC):
    """Shows what a service refused beside the row and field that it is about: the errors that begin with one of
    `error_names`."""

    error_names: tuple[str, ...] = ()

    def __init__(self, *args: Any, refused: Problem | None = None, **kwargs: Any) -> None:
        self.refused = refused
        super().__init__(*args, **kwargs)

    @abstractmethod
    def rows(self) -> dict[str, list[Any]]:
        """The forms that the service is called with, in their order, by the first word of its errors."""

    def clean(self) -> None:
        super().clean()
        errors = self.refused.errors if self.refused else None
        rows = self.rows() if errors else {}
        others: list[str] = []
        for name, sentences in (errors or {}).items():
            part, _, rest = name.partition(".")
            place, _, field = rest.partition(".")
            if part not in rows:
                continue
            if not (place.isdigit() and int(place) < len(rows[part])):
                others += [f"{place}: {sentence}" if place else sentence for sentence in sentences]
                continue
            form = rows[part][int(place)]
            form.add_error(field if field in form.fields else None, sentences)
        if others:
            raise forms.ValidationError(others)

    @property
    def kept(self) -> list[Any]:
        """Forms of rows that stay or come."""
        return [form for form in self.forms if getattr(form, "cleaned_data", None) and not self._is_removed(form)]

    @property
    def changed_forms(self) -> list[Any]:
        return [form for form in self.kept if form.has_changed() and not form.instance._state.adding]

    @property
    def new_forms(self) -> list[Any]:
        return [form for form in self.kept if form.instance._state.adding]

    @property
    def removed_rows(self) -> list[Any]:
        return [form.instance for form in self.forms if self._is_removed(form) and not form.instance._state.adding]

    def _is_removed(self, form: Any) -> bool:
        return bool(getattr(form, "cleaned_data", {}).get("DELETE"))


# The tab of texts in the shop's further languages; their fields are known when the page is made.
TRANSLATIONS = ("Translations", {"classes": ["tab"], "fields": []})


class ServiceAdmin(HistoryAdmin, ModelAdmin):
    """A ModelAdmin whose rows are written and deleted by services, with all their parts at once."""

    form: type[ServiceForm]
    warn_unsaved_form = True

    # Call the service, with the form and its formsets; returns the row. Raises Problem.
    write: Callable[[Any, list[Any]], models.Model]
    # Call the service, with the row and the mark of it that the confirmation page has shown. Raises Problem.
    remove: Callable[..., None]
    delete_confirmation_template = "backoffice/delete_confirmation.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The admin's transaction is rolled back by a Problem; then the form says it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Problem as problem:
            setattr(request, REFUSED, problem)
            for _, uploads in request.FILES.lists():
                for upload in uploads:
                    upload.seek(0)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """To somebody who may only look, the columns stand for fields that the form makes of them."""
        return self.readable(request, obj, super().get_fieldsets(request, obj), self.form)

    def readable(self, request: HttpRequest, obj: Any, fieldsets: Any, form: Any) -> Any:
        """These fieldsets with the translations; without what the form makes for somebody who may only look."""
        form = with_translations(form)
        fieldsets = [
            (title, {**options, "fields": form.translation_fields()} if options is TRANSLATIONS[1] else options)
            for title, options in fieldsets
        ]
        fieldsets = [(title, options) for title, options in fieldsets if options["fields"]]
        [title, options], *others = fieldsets
        fieldsets = [(title, {**options, "fields": [*options["fields"], "seen"]}), *others]
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return fieldsets
        made = set(form.declared_fields)
        shown = []
        for title, options in fieldsets:
            names = [name for name in flatten([options["fields"]]) if name not in made]
            shown += [(title, {**options, "fields": names})] if names else []
        return [*shown, *([("Translations", {"fields": ["shown_translations"]})] if self.is_translated else [])]

    @property
    def is_translated(self) -> bool:
        return issubclass(self.model, Translated)

    @admin.display(description="translations")
    def shown_translations(self, row: Any) -> str:
        lines = ((language, name, said) for language, texts in row.translations.items() for name, said in texts.items())
        return format_html_join(mark_safe("<br>"), "{1} ({0}): {2}", lines) or "–"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = with_translations(kwargs.get("form", self.form))
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, REFUSED, None)
        formsets = (inline.formset for inline in self.get_inline_instances(request, obj))
        form.row_errors = frozenset(
            name for formset in formsets if issubclass(formset, ServiceFormSet) for name in formset.error_names
        )
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Written with its parts, by save_related."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        saved = self.write(form, formsets)
        form.instance.__dict__.update(vars(saved))
        if form.notice:
            messages.warning(request, form.notice)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        is_served = issubclass(inline.formset, ServiceFormSet)
        return kwargs | ({"refused": getattr(request, REFUSED, None)} if is_served else {})

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The history names the parts that changed; Django's note need not."""
        return construct_change_message(form, [], add)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The confirmation page carries the mark of the row that it shows, as a form does."""
        row = self.get_object(request, object_id) if request.method == "GET" else None
        seen = self.form.mark_of(row) if row is not None else ""
        try:
            return super().delete_view(request, object_id, {"seen": seen, **(extra_context or {})})
        except Problem as problem:
            messages.error(request, STALE_DELETION if isinstance(problem, PreconditionFailed) else str(problem))
            address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
            return HttpResponseRedirect(address)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj, seen=request.POST.get("seen", ""))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The row alone: what needs it is asked for by the service, without loading ten thousand products."""
        return [str(row) for row in objs], {self.opts.verbose_name: len(objs)}, set(), []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nobody deletes many of these at once: each is refused or not for a reason of its own."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class LinkWidget(forms.Widget):
    """Something that a row names already: its name, which leads to it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        address = reverse(f"admin:{value._meta.app_label}_{value._meta.model_name}_change", args=[value.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, value)


def place_last(form: forms.ModelForm) -> None:
    """A new row says no place of its own, so it comes last; the model's default would put it first."""
    form.fields["position"].required = False
    if form.instance._state.adding:
        form.initial["position"] = None


class FixedReferenceForm(forms.ModelForm):
    """A row of an inline that names something (`known`) in a place. What it names is chosen once: so a row that is
    there needs no select, and no query."""

    known = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            place_last(self)
        if not self.instance._state.adding and self.known in self.fields:
            self.fields[self.known] = forms.Field(disabled=True, widget=LinkWidget)
            self.initial[self.known] = getattr(self.instance, self.known)


def kept_rows(formset: Any) -> list[Any]:
    """Forms of rows that stay or come, in the order of their positions; new ones without any come last."""
    kept = [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def place(form: Any) -> tuple[bool, int]:
        position = form.cleaned_data.get("position")
        return (position is None, position or 0)

    return sorted(kept, key=place)
