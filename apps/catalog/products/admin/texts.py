"""Texts of forms in the shop's other languages: plain fields, kept in the row's JSON column."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.catalog.products.models.bases import Translated
from apps.catalog.products.translations import cleaned_translations, languages
from apps.common.problems import ValidationProblem

LONG = 200


def field_name(language: str, name: str) -> str:
    """The form's field for a text: `translations_de_title`."""
    return f"translations_{language}_{name}"


def text_fields(model: type[Translated]) -> dict[str, forms.Field]:
    """A form field for each text of `model` in each further language."""
    return {
        field_name(language, name): _field(model, name) for language in languages()[1:] for name in model.TRANSLATABLE
    }


def text_fieldsets(model: type[Translated]) -> list[tuple[str, dict[str, Any]]]:
    """A tab a language."""
    return [
        (
            get_language_info(language)["name"],
            {"classes": ["tab"], "fields": [field_name(language, name) for name in model.TRANSLATABLE]},
        )
        for language in languages()[1:]
    ]


def _field(model: type[Translated], name: str) -> forms.Field:
    column = model._meta.get_field(name)
    limit = column.max_length
    is_long = limit is None or limit > LONG
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4}) if is_long else UnfoldAdminTextInputWidget()
    return forms.CharField(
        label=str(column.verbose_name).capitalize(), required=False, max_length=limit, widget=widget, strip=True
    )


class TranslatedForm(forms.ModelForm):
    """`translations` in `cleaned_data` are what the fields say; what no field shows stays.

    A form takes its fields in with `vars().update(text_fields(Model))`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, name in self._texts():
            said = self.instance.translations.get(language, {}).get(name, "")
            self.initial.setdefault(field_name(language, name), said)

    def _texts(self) -> list[tuple[str, str]]:
        model = self._meta.model
        found = [(language, name) for language in languages()[1:] for name in getattr(model, "TRANSLATABLE", ())]
        return [text for text in found if field_name(*text) in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given: dict[str, dict[str, str]] = {}
        for language, name in self._texts():
            given.setdefault(language, {})[name] = data.get(field_name(language, name), "")
        try:
            cleaned = cleaned_translations(self._meta.model, given)
        except ValidationProblem as problem:
            for path, said in (problem.errors or {}).items():
                _, language, name = path.split(".")
                self.add_error(field_name(language, name), said)
            return data
        if given:
            others = {
                language: texts for language, texts in self.instance.translations.items() if language not in given
            }
            data["translations"] = others | cleaned
        return data

    def translation_changes(self) -> dict[str, dict[str, str]]:
        """What `merged_translations` is to lay over the row's: every text shown, when one of them was changed."""
        texts = self._texts()
        changes: dict[str, dict[str, str]] = {}
        if any(field_name(*text) in self.changed_data for text in texts):
            for language, name in texts:
                changes.setdefault(language, {})[name] = self.cleaned_data[field_name(language, name)]
        return changes
