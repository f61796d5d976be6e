"""What the catalogue knows that cells refer to: categories, brands, types, attributes, warehouses. Read once a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.imports import cells
from apps.catalog.imports.bulk import BulkRow, new_row
from apps.catalog.inventory.models import Warehouse
from apps.catalog.products.attribute_values import MAX_NUMBER, key_of
from apps.catalog.products.models import Attribute, AttributeChoice, AttributeValue, Brand, Category, ProductType
from apps.common.problems import ValidationProblem

SEPARATOR = "|"
MAX_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Choices:
    """Values of an attribute of the kind choice, `oak|ash`; kept as the choices' ids in their order."""

    names: dict[int, str]
    ids: dict[str, int] = field(repr=False)
    slugs: dict[int, str] = field(repr=False)

    def read(self, text: str) -> tuple[int, ...]:
        chosen = [self._find(name.strip()) for name in text.split(SEPARATOR) if name.strip()]
        if len(chosen) > MAX_CHOICES:
            raise ValidationProblem(gettext("Use at most %(limit)s choices.") % {"limit": MAX_CHOICES})
        return tuple(sorted(set(chosen), key=list(self.names).index) if len(chosen) > 1 else chosen)

    def _find(self, name: str) -> int:
        found = self.ids.get(name) or self.ids.get(key_of(name))
        if found is None:
            some = ", ".join(list(self.names.values())[:8])
            raise ValidationProblem(
                gettext("%(name)s is none of its choices (%(some)s).") % {"name": repr(name[:80]), "some": some}
            )
        return found

    def show(self, value: Iterable[int]) -> str:
        ids = set(value)
        return SEPARATOR.join(name for choice_id, name in self.names.items() if choice_id in ids)


@dataclass(frozen=True, slots=True)
class Number(cells.Numeric):
    """A number, with or without the attribute's unit."""

    unit: str

    def number_in(self, text: str) -> str:
        return text.removesuffix(self.unit).strip()

    def read(self, text: str) -> Decimal:
        try:
            number = Decimal(self.number_in(text))
        except InvalidOperation as error:
            raise ValidationProblem(gettext("%(text)s is not a number.") % {"text": repr(text[:40])}) from error
        if not number.is_finite() or abs(number) >= MAX_NUMBER:
            raise ValidationProblem(gettext("Use a number below ten billion."))
        if number != round(number, 4):
            raise ValidationProblem(gettext("Use at most four digits after the point."))
        return number

    def show(self, value: Decimal | None) -> str:
        return "" if value is None else cells.decimal_text(value)


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """An attribute with the kind of its cells."""

    attribute: Attribute
    cells: cells.Kind

    def rows(self, product_id: object, text: str) -> list[BulkRow]:
        """New attribute values for `text`; none for an empty text."""
        if not text:
            return []
        value = self.cells.read(text)
        said = {"product_id": product_id, "attribute_id": self.attribute.pk, "position": self.attribute.position}
        match self.cells:
            case Choices():
                return [new_row(AttributeValue, choice_id=pk, key=self.cells.slugs[pk], **said) for pk in value]
            case Number():
                return [new_row(AttributeValue, number=value, **said)]
            case cells.YesNo():
                return [new_row(AttributeValue, boolean=value, key=str(value).lower(), **said)]
        return [new_row(AttributeValue, text=value, key=key_of(value), **said)]

    def show(self, values: Iterable[BulkRow]) -> str:
        """The text of stored values."""
        values = list(values)
        if not values:
            return ""
        match self.cells:
            case Choices():
                return self.cells.show(value.choice_id for value in values)
            case Number():
                return self.cells.show(values[0].number)
            case cells.YesNo():
                return self.cells.show(values[0].boolean)
        return self.cells.show(values[0].text)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that cells refer to. `attributes` are by code; `warehouses` are ids by code, in order of priority."""

    categories: cells.Reference
    brands: cells.Reference
    types: cells.Reference
    attributes: dict[str, AttributeColumn]
    warehouses: dict[str, int]

    @property
    def first_warehouse(self) -> str:
        """Code of the warehouse that the column `stock` counts; empty when no warehouse is active."""
        return next(iter(self.warehouses), "")


def load_facts() -> Facts:
    """6 queries: categories, brands, types, attributes, their choices, warehouses."""
    categories = dict(Category.objects.values_list("pk", "full_path"))
    types = dict(ProductType.objects.values_list("pk", "slug"))
    warehouses = Warehouse.objects.filter(is_active=True).order_by("priority", "pk")
    choices: dict[int, list[AttributeChoice]] = {}
    for choice in AttributeChoice.objects.order_by("position", "slug"):
        choices.setdefault(choice.attribute_id, []).append(choice)
    attributes = Attribute.objects.order_by("position", "code")
    return Facts(
        categories=cells.Reference(_("category"), categories, _in_any_case(categories)),
        brands=_brands(),
        types=cells.Reference(_("type"), types, _in_any_case(types)),
        attributes={a.code.lower(): AttributeColumn(a, _cells_of(a, choices.get(a.pk, []))) for a in attributes},
        warehouses={code.lower(): pk for pk, code in warehouses.values_list("pk", "code")},
    )


def _in_any_case(names: dict[int, str]) -> dict[str, int]:
    """Ids by name, and by the name without its capitals."""
    return {name.casefold(): pk for pk, name in names.items()} | {name: pk for pk, name in names.items()}


def _brands() -> cells.Reference:
    """Brands by name, which is unique; also by slug and by the name in another case."""
    brands = list(Brand.objects.values_list("pk", "name", "slug"))
    names = {pk: cells.tidy(name) for pk, name, _ in brands}
    others = {text: pk for pk, name, slug in brands for text in (names[pk].casefold(), slug.casefold(), slug)}
    return cells.Reference(_("brand"), names, others | {name: pk for pk, name in names.items()})


def _cells_of(attribute: Attribute, choices: list[AttributeChoice]) -> cells.Kind:
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            return _choices(choices)
        case Attribute.Kind.NUMBER:
            return Number(attribute.unit)
        case Attribute.Kind.BOOLEAN:
            return cells.YesNo()
    return cells.Text(300)


def _choices(choices: list[AttributeChoice]) -> Choices:
    """Shown by label where that says which one is meant, else by slug."""
    slugs = {choice.pk: choice.slug for choice in choices}
    labels = {key_of(choice.label): choice.pk for choice in reversed(choices)}
    ids = labels | {slug: pk for pk, slug in slugs.items()}
    names = {}
    for choice in choices:
        label = cells.tidy(choice.label)
        is_clear = SEPARATOR not in label and ids.get(label, ids.get(key_of(label))) == choice.pk
        names[choice.pk] = label if is_clear else choice.slug
    return Choices(names, ids, slugs)
