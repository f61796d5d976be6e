"""Texts in the shop's languages: the first language stands in the columns of a row, the others in `translations`.

A language more needs no migration (decision 0011).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.languages import default_language, languages
from apps.common.model_fields import concrete_field
from apps.common.problems import ValidationProblem


class Translated(models.Model):
    """A row with texts; those in further languages are `{"de": {"title": "…"}}`."""

    # The columns that may be translated; each model says its own.
    TRANSLATABLE: tuple[str, ...] = ()

    translations = models.JSONField(_("translations"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


def text(row: Translated, name: str, language: str) -> Any:
    """A text of `row` in `language`, else in the shop's first."""
    translated = row.translations.get(language, {}).get(name) if language != default_language() else None
    return translated or getattr(row, name)


def cleaned_translations(model: type[Translated], given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """`given` (`{"de": {"title": "…"}}`) as a row of `model` keeps it, without empty texts.

    Raises ValidationProblem for languages that the shop does not speak or that stand in the columns, for texts that the
    model does not have and for ones that are longer than their column.
    """
    errors: dict[str, list[str]] = {}
    cleaned: dict[str, dict[str, str]] = {}
    for language, texts in given.items():
        if language not in languages()[1:]:
            errors[f"translations.{language}"] = [
                gettext("Use one of: %(names)s.") % {"names": ", ".join(languages()[1:])}
            ]
            continue
        for name, value in texts.items():
            limit = concrete_field(model, name).max_length if name in model.TRANSLATABLE else None
            if limit is None:
                errors[f"translations.{language}.{name}"] = [
                    gettext("Translate one of: %(names)s.") % {"names": ", ".join(model.TRANSLATABLE)}
                ]
            elif not isinstance(value, str) or len(value) > limit or "\x00" in value:
                errors[f"translations.{language}.{name}"] = [
                    gettext("Use a text of at most %(limit)s characters.") % {"limit": limit}
                ]
            elif value.strip():
                cleaned.setdefault(language, {})[name] = value.strip()
    if errors:
        raise ValidationProblem(gettext("Some translations cannot be used; see errors."), errors=errors)
    return cleaned


def merged_translations(row: Translated, given: Mapping[str, Mapping[str, str] | None]) -> dict[str, dict[str, str]]:
    """The translations of `row` with `given` laid over them: an empty text and a language that is None go away.

    Raises ValidationProblem as `cleaned_translations` does.
    """
    wanted = {language: texts or {} for language, texts in given.items()}
    cleaned = cleaned_translations(type(row), wanted)
    merged = {language: dict(texts) for language, texts in row.translations.items()}
    for language, texts in given.items():
        former = {} if texts is None else merged.get(language, {})
        merged[language] = {name: said for name, said in former.items() if name not in wanted[language]}
        merged[language] |= cleaned.get(language, {})
    return {language: texts for language, texts in merged.items() if texts}
