"""Texts in the shop's languages. The first language stands in the models' columns, the others in `translations`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.catalog.products.models.bases import Translated
from apps.common.model_fields import concrete_field
from apps.common.problems import ValidationProblem

MAX_ACCEPT_LANGUAGE = 200


def languages() -> tuple[str, ...]:
    """The shop's languages, the first one first."""
    return tuple(settings.SHOP_LANGUAGES)


def default_language() -> str:
    return settings.SHOP_LANGUAGES[0]


def chosen_language(*, asked: str = "", accepted: str = "") -> str:
    """The language of a response: the requested one, else the best of an Accept-Language header, else the first.

    Raises LookupError for an asked language that the shop does not speak.
    """
    if asked:
        return _spoken(asked)
    for code, _ in parse_accept_lang_header(accepted.lower()):
        try:
            return _spoken(code)
        except LookupError:
            continue
    return default_language()


def requested_language(*, asked: str, accepted: str) -> str:
    """`chosen_language` of a request. Raises ValidationProblem for an asked language that the shop does not speak."""
    try:
        return chosen_language(asked=asked, accepted=accepted[:MAX_ACCEPT_LANGUAGE])
    except LookupError as error:
        message = gettext("Use one of: %(names)s.") % {"names": ", ".join(languages())}
        raise ValidationProblem(
            gettext("The language cannot be used; see errors."), errors={"lang": [message]}
        ) from error


def _spoken(code: str) -> str:
    """`de` for `de-AT`."""
    spoken = languages()
    for candidate in (code.lower(), code.lower().partition("-")[0]):
        if candidate in spoken:
            return candidate
    raise LookupError(f"{code} is not a language of the shop; use one of {', '.join(spoken)}.")


@cache
def _yes_and_no(language: str) -> tuple[str, str]:
    """In Django's own translations, where the two are words of one message."""
    with override(language):
        yes, no, *_ = gettext("yes,no,maybe").split(",")
    return yes, no


def yes_or_no(language: str, *, is_yes: bool) -> str:
    """A truth value in words: `ja` in `de`."""
    yes, no = _yes_and_no(language)
    return yes if is_yes else no


def truth_values() -> dict[str, bool]:
    """What people write for yes and no, in lower case, in each of the shop's languages and as machines do."""
    return _truth_values(languages())


@cache
def _truth_values(spoken: tuple[str, ...]) -> dict[str, bool]:
    words = {"true": True, "1": True, "false": False, "0": False, "yes": True, "no": False}
    for language in spoken:
        yes, no = _yes_and_no(language)
        words |= {yes.casefold(): True, no.casefold(): False}
    return words


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
