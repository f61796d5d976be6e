"""Forms with fields for texts in each of the shop's languages."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.common.languages import languages
from apps.common.model_fields import concrete_field
from apps.common.translated import Translated

# Longer texts get a box of several lines.
LONG_TEXT = 200


class TranslatedForm(forms.ModelForm):
    """Has a field for each text in each further language: `de_title`. Shoppers see the first language for empty ones.

    The admin makes the fields by `with_translations`, when it makes the form.
    """

    @classmethod
    def texts(cls) -> type[Translated]:
        return cls._meta.model

    @classmethod
    def translation_fields(cls) -> list[str]:
        return [f"{prefix_of(language)}{name}" for language in languages()[1:] for name in cls.texts().TRANSLATABLE]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in languages()[1:]:
            for name, said in self.instance.translations.get(language, {}).items():
                self.initial[f"{prefix_of(language)}{name}"] = said

    def translation_changes(self) -> dict[str, dict[str, str]]:
        """The texts in further languages when one of them was changed, to be merged with the row's translations."""
        if not set(self.translation_fields()) & set(self.changed_data):
            return {}
        names = self.texts().TRANSLATABLE
        return {
            language: {name: self.cleaned_data[f"{prefix_of(language)}{name}"] for name in names}
            for language in languages()[1:]
        }


def _text_in_language(name: Any, language: str) -> str:
    """The label of a text in a further language: `Title (German)`, `Titel (Deutsch)`."""
    return f"{capfirst(name)} ({get_language_info(language)['name_translated']})"


text_in_language = lazy(_text_in_language, str)


def prefix_of(language: str) -> str:
    """The prefix of the names of this language's fields: `de_`, `pt_br_`."""
    return f"{language.replace('-', '_')}_"


def with_translations(form: Any) -> Any:
    """A TranslatedForm with the fields of the shop's further languages; any other form unchanged."""
    return _with_translations(form, languages()[1:]) if issubclass(form, TranslatedForm) else form


@cache
def _with_translations(form: type[TranslatedForm], further: tuple[str, ...]) -> type[TranslatedForm]:
    model = form.texts()
    fields: dict[str, Any] = {"__module__": form.__module__}
    for language in further:
        for name in model.TRANSLATABLE:
            own = concrete_field(model, name)
            fields[f"{prefix_of(language)}{name}"] = forms.CharField(
                required=False,
                max_length=own.max_length,
                label=text_in_language(own.verbose_name, language),
                widget=UnfoldAdminTextareaWidget if (own.max_length or 0) > LONG_TEXT else UnfoldAdminTextInputWidget,
            )
    make: Any = type(form)
    return make(form.__name__, (form,), fields)
