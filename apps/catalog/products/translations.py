"""The language of a response, and yes and no in each of the shop's languages."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext, override
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.common.languages import default_language, languages
from apps.common.problems import ValidationProblem

MAX_ACCEPT_LANGUAGE = 200


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
