"""Shared parts of the admin's forms: fields for translations, and an uploaded image."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.catalog.products import renditions
from apps.catalog.products.models.bases import Translated
from apps.catalog.products.rendering import render_upload
from apps.catalog.products.translations import languages
from apps.common.model_fields import concrete_field
from apps.common.problems import ValidationProblem

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


class UploadedImageForm(forms.ModelForm):
    """Uploads the image of a row, or removes it. The file is decoded here, so that what is no image is refused."""

    image_file = forms.FileField(
        required=False,
        label=_("Image"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("AVIF, WebP, JPEG, PNG or GIF. Without one, the shop shows that of the best-selling product."),
    )
    remove_image = forms.BooleanField(required=False, label=_("Remove the image"), widget=UnfoldBooleanWidget)

    IMAGE_FIELDS = (("image_file", "remove_image"),)

    def clean_image_file(self) -> Any:
        upload = self.cleaned_data["image_file"]
        if upload:
            try:
                renditions.decode_image(upload.read())
            except ValidationProblem as problem:
                raise forms.ValidationError(str(problem)) from problem
            upload.seek(0)
        return upload

    def image_columns(self, slug: str) -> dict[str, Any]:
        """The column of an uploaded image, rendered now; nothing when it stays as it is."""
        if upload := self.cleaned_data.get("image_file"):
            upload.seek(0)
            return {"uploaded_image": render_upload(upload.read(), slug=slug)}
        return {"uploaded_image": {}} if self.cleaned_data.get("remove_image") else {}


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
