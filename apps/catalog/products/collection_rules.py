"""A collection's rule: filters of the product list as an object of texts. What is a valid rule, and how its values
read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products.attribute_values import key_of
from apps.common.problems import ValidationProblem

SPAN = re.compile(r"\A(-?\d{1,10}(?:\.\d{1,4})?)?\.\.(-?\d{1,10}(?:\.\d{1,4})?)?\Z", re.ASCII)
NUMBER = re.compile(r"\A-?\d{1,10}(?:\.\d{1,4})?\Z", re.ASCII)
MAX_PRICE = 10**11
MAX_ATTRIBUTES = 10
TEXTS = {"q": 200, "category": 400, "kind": 5, "brand": 120}
FLAGS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`, both included; None is open."""

    low: float | None
    high: float | None


def read_attribute(kind: str, values: list[str]) -> tuple[str, ...] | Span:
    """What an attribute's filter says: keys, any of which will do (`oak`, or `oak,ash`), or numbers (`10..40`, `12`).

    Raises ValidationProblem.
    """
    if kind != "number":
        keys = [key_of(part) for value in values for part in value.split(",") if part.strip()]
        if not keys or len(keys) > 50:
            raise ValidationProblem(gettext("Name from one to fifty values."))
        return tuple(dict.fromkeys(keys))
    if len(values) == 1 and NUMBER.match(values[0]):
        return Span(float(values[0]), float(values[0]))
    found = SPAN.match(values[0]) if len(values) == 1 else None
    if not found or not any(found.groups()):
        raise ValidationProblem(gettext("Use a number such as 12, or a range such as 10..40, 10.. or ..40."))
    low, high = (None if end is None else float(end) for end in found.groups())
    if low is not None and high is not None and low > high:
        raise ValidationProblem(gettext("The range ends before it begins."))
    return Span(low, high)


def checked_rule(rule: Mapping[str, Any], *, kinds: Mapping[str, str]) -> dict[str, str]:
    """A rule as collections keep it: every filter a text. `kinds` says the kind of each known attribute.

    Raises ValidationProblem that names the filters at fault.
    """
    errors: dict[str, list[str]] = {}
    kept: dict[str, str] = {}
    for name, value in rule.items():
        text = str(value).lower() if isinstance(value, bool) else str(value).strip()
        try:
            kept[name] = _checked(name, text, kinds)
        except ValidationProblem as problem:
            errors[f"rule.{name}"] = [str(problem)]
    if not kept and not errors:
        errors["rule"] = [gettext("Name at least one filter, such as {'brand': 'norrund'}.")]
    if errors:
        raise ValidationProblem(gettext("The rule cannot be used; see errors."), errors=errors)
    return kept


def _checked(name: str, text: str, kinds: Mapping[str, str]) -> str:
    if name.startswith("attr."):
        code = name.removeprefix("attr.")
        if code not in kinds:
            raise ValidationProblem(gettext("There is no such attribute."))
        found = read_attribute(kinds[code], [text])
        return text if isinstance(found, Span) else ",".join(found)
    if name in TEXTS:
        if not text or len(text) > TEXTS[name] or (name == "kind" and text not in ("goods", "video")):
            raise ValidationProblem(gettext("This value cannot be used."))
        return text
    if name in ("min_price", "max_price", "rating"):
        most = 5 if name == "rating" else MAX_PRICE
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= most):
            raise ValidationProblem(gettext("Use a whole number up to %(limit)s.") % {"limit": most})
        return text
    if name in ("in_stock", "featured"):
        if text not in FLAGS:
            raise ValidationProblem(gettext("Use true or false."))
        return text
    raise ValidationProblem(gettext("There is no such filter."))
