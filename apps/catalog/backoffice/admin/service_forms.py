"""Model admins and forms that save through services, so that the admin and REST share one set of rules.

A service that refuses a change raises a Problem: nothing is saved, and the page shows the errors beside their fields.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import construct_change_message, flatten
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.catalog.backoffice.admin.history import HistoryAdmin
from apps.catalog.products.transactions import Guard, unguarded
from apps.common.admin_site.translated import TranslatedForm, with_translations
from apps.common.problems import PreconditionFailed, Problem
from apps.common.translated import Translated

PROBLEM_ATTRIBUTE = "_problem"
# Versions are PostgreSQL's integers.
VERSION_DIGITS = 10
STALE = _(
    "Somebody changed this meanwhile. Nothing was saved: open it again in another tab, compare, and repeat your change "
    "there."
)
STALE_DELETION = _("Somebody changed this meanwhile. Nothing was deleted: read it again before you delete it.")


def fingerprint_of(row: models.Model, parts: Iterable[str] = ()) -> str:
    """A hash of the columns of a row and of its `parts` (names of reverse relations)."""
    columns = [_columns(row)]
    for part in parts:
        columns += [_columns(child) for child in getattr(row, part).order_by("pk")]
    return hashlib.sha256(json.dumps(columns, cls=DjangoJSONEncoder).encode()).hexdigest()[:16]


# A category's columns of treebeard, which change whenever a neighbour moves.
TREE_COLUMNS = frozenset({"path", "numchild"})


def _columns(row: models.Model) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in TREE_COLUMNS]


class ServiceForm(forms.ModelForm):
    """The form of a row that a service saves.

    Its hidden field `seen` is the fingerprint of the row when the page was loaded, with its `parts` (names of reverse
    relations); the service refuses the save when another editor has changed the row since. Errors whose names begin
    with one of `row_errors` belong to rows of inlines: a ServiceFormSet shows them.
    """

    parts: tuple[str, ...] = ()
    row_errors: frozenset[str] = frozenset()
    # A warning to show after a successful save.
    notice = ""
    problem: Problem | None = None
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        if not self.is_new:
            self.initial["seen"] = self.fingerprint_of(self.instance)
        if "slug" in self.fields and self.is_new:
            self.fields["slug"].required = False

    @classmethod
    def fingerprint_of(cls, row: Any) -> str:
        """What `seen` is compared with."""
        return fingerprint_of(row, cls.parts)

    @classmethod
    def guard_of(cls, seen: str) -> Guard:
        """Raises PreconditionFailed unless `seen` is the row's present fingerprint; an empty one never is."""

        def guard(row: models.Model) -> None:
            if cls.fingerprint_of(row) != seen:
                raise PreconditionFailed(str(STALE))

        return guard

    @property
    def guard(self) -> Guard:
        """Raises PreconditionFailed when the row was changed after the page was loaded."""
        return unguarded if self.is_new else self.guard_of(self.cleaned_data.get("seen", ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.problem is None:
            return data
        if isinstance(self.problem, PreconditionFailed):
            self.add_error(None, STALE)
        elif not self.problem.errors:
            self.add_error(None, str(self.problem))
        for name, sentences in (self.problem.errors or {}).items():
            if name.partition(".")[0] in self.row_errors:
                continue
            field = self.field_of(name)
            self.add_error(field if field in self.fields else None, sentences)
        return data

    def field_of(self, name: str) -> str:
        """The form's field for an error of the service: `de_title` for `translations.de.title`."""
        return name.removeprefix("translations.").replace(".", "_").replace("-", "_")

    def columns(self) -> dict[str, Any]:
        """The values to save: all of a new row, else those that were changed. The service makes a slug left empty."""
        own = {field.name for field in self._meta.model._meta.fields}
        names = own & set(self.cleaned_data if self.is_new else self.changed_data)
        columns: dict[str, Any] = {
            name: self.cleaned_data[name] for name in names if name != "slug" or self.cleaned_data[name]
        }
        if isinstance(self, TranslatedForm) and (translations := self.translation_changes()):
            columns["translations"] = translations
        return columns


def versions_of(seen: str) -> frozenset[int]:
    """The product's version in `seen`; an empty set, which fits no product, when it is not a number."""
    return frozenset({int(seen)} if seen.isdecimal() and len(seen) <= VERSION_DIGITS else ())


class VersionedForm(ServiceForm):
    """The form of a product or of its variant. The product's version changes with each of its parts, so it serves as
    the fingerprint."""

    @property
    def versions(self) -> frozenset[int]:
        """The product's version when the page was loaded."""
        return versions_of(self.cleaned_data.get("seen", ""))


class LabelledFormSet(forms.BaseInlineFormSet):
    """An inline whose inputs say their names: in a table, the heading of the column does not name them."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for bound in form.visible_fields():
            bound.field.widget.attrs.setdefault("aria-label", capfirst(bound.label))


class CompleteFormSet(LabelledFormSet):
    """An inline whose rows replace the saved ones. A request that leaves saved rows out is refused: it would delete
    them, also those that its sender may only view."""

    def clean(self) -> None:
        super().clean()
        if {form.instance.pk for form in self.initial_forms} != {row.pk for row in self.get_queryset()}:
            raise forms.ValidationError(STALE)


class ServiceFormSet[F: forms.ModelForm](CompleteFormSet, ABC):
    """The rows of an inline that are saved by the service of the page.

    Errors of the service are named `<name>.<row>.<field>`; those whose name is one of `error_names` are shown here,
    beside their row and field.
    """

    error_names: tuple[str, ...] = ()

    def __init__(self, *args: Any, problem: Problem | None = None, **kwargs: Any) -> None:
        self.problem = problem
        super().__init__(*args, **kwargs)

    @abstractmethod
    def rows(self) -> Mapping[str, Sequence[F]]:
        """The forms whose rows are sent to the service, in that order, by the name in its errors."""

    def clean(self) -> None:
        super().clean()
        errors = self.problem.errors if self.problem else None
        rows = self.rows() if errors else {}
        # Errors that name no row of the page.
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
    def remaining_forms(self) -> list[F]:
        """The forms of new rows and of those that are not deleted."""
        return [form for form in self._row_forms if getattr(form, "cleaned_data", None) and not self._is_removed(form)]

    @property
    def changed_forms(self) -> list[F]:
        return [form for form in self.remaining_forms if form.has_changed() and not form.instance._state.adding]

    @property
    def new_forms(self) -> list[F]:
        return [form for form in self.remaining_forms if form.instance._state.adding]

    @property
    def removed_forms(self) -> list[F]:
        return [form for form in self._row_forms if self._is_removed(form) and not form.instance._state.adding]

    @property
    def _row_forms(self) -> list[F]:
        return cast("list[F]", self.forms)

    def _is_removed(self, form: forms.ModelForm) -> bool:
        return bool(getattr(form, "cleaned_data", {}).get("DELETE"))


# The tab of the translations. Its fields depend on the shop's languages; `complete_fieldsets` adds them.
TRANSLATIONS = (_("Translations"), {"classes": ["tab"], "fields": []})


type FormSets = Sequence[forms.BaseInlineFormSet]


def by_model(formsets: FormSets) -> dict[type[models.Model], Any]:
    """The formsets by the model of their rows. There are none of models that the user may not view."""
    return {formset.model: formset for formset in formsets if formset.model}


class ServiceAdmin[M: models.Model, F: ServiceForm](HistoryAdmin, ModelAdmin):
    """A ModelAdmin whose rows are saved and deleted by services, each together with its inlines."""

    form: type[F]
    warn_unsaved_form = True
    delete_confirmation_template = "backoffice/delete_confirmation.html"

    class Media:
        css = {"all": ["backoffice/admin.css"]}
        js = ["admin_site/labels.js"]

    # Each page has these two methods; Django's metaclass allows no abstract ones. Both raise Problem.
    # Save the page by a service. The formsets are those of the inlines that the user may see.
    write: Callable[[F, FormSets], M]
    # Delete a row by a service; `seen` is its fingerprint on the confirmation page.
    remove: Callable[..., None]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """When the service raises a Problem the admin's transaction is rolled back, and the page is shown again with
        the errors."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Problem as problem:
            setattr(request, PROBLEM_ATTRIBUTE, problem)
            # Uploads were read to their end.
            for _, uploads in request.FILES.lists():
                for upload in uploads:
                    upload.seek(0)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.complete_fieldsets(request, obj, super().get_fieldsets(request, obj), self.form)

    def complete_fieldsets(self, request: HttpRequest, obj: M | None, fieldsets: Any, form_class: type[F]) -> Any:
        """The fieldsets with `seen` and the translations.

        Fields that only the form declares cannot be shown read-only: users with view permission see the translations
        as one column, and none of the others.
        """
        form = with_translations(form_class)
        fieldsets = [
            (title, {**options, "fields": form.translation_fields()} if options is TRANSLATIONS[1] else options)
            for title, options in fieldsets
        ]
        fieldsets = [(title, options) for title, options in fieldsets if options["fields"]]
        [title, options], *others = fieldsets
        fieldsets = [(title, {**options, "fields": [*options["fields"], "seen"]}), *others]
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return fieldsets
        declared = set(form.declared_fields)
        read_only = []
        for title, options in fieldsets:
            names = [name for name in flatten([options["fields"]]) if name not in declared]
            read_only += [(title, {**options, "fields": names})] if names else []
        return [*read_only, *([(_("Translations"), {"fields": ["shown_translations"]})] if self.is_translated else [])]

    @property
    def is_translated(self) -> bool:
        return issubclass(self.model, Translated)

    @admin.display(description=_("translations"))
    def shown_translations(self, row: Any) -> str:
        lines = ((language, name, text) for language, texts in row.translations.items() for name, text in texts.items())
        return format_html_join(mark_safe("<br>"), "{1} ({0}): {2}", lines) or "–"

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = with_translations(kwargs.get("form", self.form))
        form = super().get_form(request, obj, change=change, **kwargs)
        form.problem = getattr(request, PROBLEM_ATTRIBUTE, None)
        formsets = (inline.formset for inline in self.get_inline_instances(request, obj))
        form.row_errors = frozenset(
            name for formset in formsets if issubclass(formset, ServiceFormSet) for name in formset.error_names
        )
        return form

    def save_model(self, request: HttpRequest, obj: M, form: F, change: bool) -> None:
        """Does nothing: `save_related` saves the row together with its inlines."""

    def save_related(self, request: HttpRequest, form: F, formsets: FormSets, change: bool) -> None:
        saved = self.write(form, formsets)
        form.instance.__dict__.update(vars(saved))
        if form.notice:
            messages.warning(request, form.notice)

    def get_formset_kwargs(self, request: HttpRequest, obj: M, inline: InlineModelAdmin, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if issubclass(inline.formset, ServiceFormSet):
            kwargs["problem"] = getattr(request, PROBLEM_ATTRIBUTE, None)
        return kwargs

    def construct_change_message(
        self, request: HttpRequest, form: F, formsets: FormSets, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        """Without the inlines, whose changes are in the history of the row."""
        return construct_change_message(form, [], add)  # type: ignore[arg-type]  # for ModelForms as well

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The confirmation page has the row's fingerprint in a hidden field, as a form does."""
        row = self.get_object(request, object_id) if request.method == "GET" else None
        seen = self.form.fingerprint_of(row) if row is not None else ""
        try:
            return super().delete_view(request, object_id, {"seen": seen, **(extra_context or {})})
        except Problem as problem:
            messages.error(request, STALE_DELETION if isinstance(problem, PreconditionFailed) else str(problem))
            address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
            return HttpResponseRedirect(address)

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self.remove(obj, seen=request.POST.get("seen", ""))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The row alone. The service refuses when others use it; Django would load each of ten thousand products."""
        return [str(row) for row in objs], {self.opts.verbose_name: len(objs)}, set(), []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without "delete selected": a service deletes one row, and may refuse it."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
