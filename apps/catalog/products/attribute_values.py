"""Attribute values of products: parsed from input, stored in the column of the attribute's kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.models import Attribute, AttributeChoice, AttributeValue, Product
from apps.catalog.products.slugs import slug_of
from apps.catalog.products.translations import truth_values
from apps.common.problems import ValidationProblem

KEY_LENGTH = 80
MAX_NUMBER = Decimal(10) ** 10
AttributeInput = str | int | float | Decimal | bool | list[str]


def key_of(text: str) -> str:
    """The key that filters compare: `enamelled-steel` for `Enamelled steel`."""
    return slug_of(text, limit=KEY_LENGTH) or text.encode().hex()[:KEY_LENGTH]


def set_attribute_values(product: Product, values: Mapping[str, AttributeInput | None]) -> None:
    """Write values by the attributes' codes; None or nothing takes a value away, others stay. The caller records
    the change.

    Raises ValidationProblem for unknown attributes and choices and for what the attribute's kind cannot hold.
    """
    attributes = {a.code: a for a in Attribute.objects.filter(code__in=values).prefetch_related("choices")}
    errors: dict[str, list[str]] = {}
    rows: list[AttributeValue] = []
    for code, value in values.items():
        if code not in attributes:
            errors[f"attributes.{code}"] = [gettext("There is no such attribute.")]
            continue
        try:
            rows += values_for(product, attributes[code], value)
        except ValidationProblem as problem:
            errors[f"attributes.{code}"] = [str(problem)]
    if errors:
        raise ValidationProblem(gettext("Some attributes cannot be used; see errors."), errors=errors)
    AttributeValue.objects.filter(product=product, attribute__in=attributes.values()).delete()
    AttributeValue.objects.bulk_create(rows)


def values_for(product: Product, attribute: Attribute, value: AttributeInput | None) -> list[AttributeValue]:
    """Unsaved rows that hold `value`: none for an empty one, several for several choices. Raises ValidationProblem.

    Reads the attribute's prefetched `choices`.
    """
    if value is None or value == "" or value == []:
        return []
    row = {"product": product, "attribute": attribute, "position": attribute.position}
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            chosen = [_choice(attribute, str(name)) for name in (value if isinstance(value, list) else [value])]
            return [AttributeValue(choice=choice, key=choice.slug, **row) for choice in dict.fromkeys(chosen)]
        case Attribute.Kind.NUMBER:
            return [AttributeValue(number=_number(attribute, value), **row)]
        case Attribute.Kind.BOOLEAN:
            is_true = _boolean(value)
            return [AttributeValue(boolean=is_true, key=str(is_true).lower(), **row)]
    text = ", ".join(value) if isinstance(value, list) else str(value)
    if len(text) > 300:
        raise ValidationProblem(gettext("Use at most 300 characters."))
    return [AttributeValue(text=text, key=key_of(text), **row)]


def _choice(attribute: Attribute, name: str) -> AttributeChoice:
    """By slug or label."""
    wanted = key_of(name)
    for choice in attribute.choices.all():
        if wanted in (choice.slug, key_of(choice.label)):
            return choice
    some = ", ".join(choice.label for choice in list(attribute.choices.all())[:8])
    raise ValidationProblem(gettext("%(name)s is none of its choices (%(some)s).") % {"name": repr(name), "some": some})


def plain_number(number: Decimal | int) -> str:
    """A number as people write it: `330` and `0.5`, neither `330.0000` nor `3.3E+2`."""
    return f"{Decimal(number).normalize():f}"


def _number(attribute: Attribute, value: Any) -> Decimal:
    text = str(value).strip().removesuffix(attribute.unit).strip()
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValidationProblem(gettext("%(value)s is not a number.") % {"value": repr(str(value)[:40])}) from error
    if isinstance(value, bool) or not number.is_finite() or abs(number) >= MAX_NUMBER:
        raise ValidationProblem(gettext("Use a number below ten billion."))
    if number.normalize().as_tuple().exponent < -4:  # type: ignore[operator]  # finite, so it is an int
        raise ValidationProblem(gettext("Use at most four digits after the point."))
    return number


def _boolean(value: Any) -> bool:
    return read_truth_value(str(value).strip())


def read_truth_value(text: str) -> bool:
    """A truth value in one of the shop's languages. Raises ValidationProblem."""
    is_true = truth_values().get(text.casefold())
    if is_true is None:
        raise ValidationProblem(gettext("Say yes or no."))
    return is_true


def ensure_attribute(code: str, **fields: Any) -> Attribute:
    """Create the attribute with this code or update it to `fields`; announces the change."""
    attribute, _ = Attribute.objects.update_or_create(code=code, defaults=fields)
    taxonomy_changed.announce()
    return attribute


def ensure_choices(attribute: Attribute, labels: Iterable[str]) -> list[AttributeChoice]:
    """Create the missing choices with these labels; announces the change."""
    known = {choice.slug: choice for choice in attribute.choices.all()}
    wanted = {key_of(label): label for label in labels}
    missing = [
        AttributeChoice(attribute=attribute, slug=slug, label=label, position=len(known) + place)
        for place, (slug, label) in enumerate((s, t) for s, t in wanted.items() if s not in known)
    ]
    if missing:
        AttributeChoice.objects.bulk_create(missing, ignore_conflicts=True)
        taxonomy_changed.announce()
        known = {choice.slug: choice for choice in AttributeChoice.objects.filter(attribute=attribute)}
    return [known[slug] for slug in wanted]
