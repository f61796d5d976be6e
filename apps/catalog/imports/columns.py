"""The columns of a file: which there are, what they hold, and what the heading of a file asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from django.utils.translation import gettext

from apps.catalog.imports import cells
from apps.catalog.imports.facts import Facts
from apps.catalog.inventory.services import MAX_ON_HAND
from apps.catalog.products.models import Product, Variant
from apps.catalog.products.rules import MAX_RENTAL_HOURS
from apps.common.currencies import CURRENCIES
from apps.common.languages import languages
from apps.common.model_fields import concrete_field

MAX_COLUMNS = 200  # workbooks.MAX_COLUMNS is one more
MAX_GRAMS = 10_000_000


class Family(Enum):
    """How a column's value is kept."""

    FIELD = "a column of the model"
    TRANSLATION = "a text in another language"
    ATTRIBUTE = "an attribute value"
    PRICE = "a price"
    SALE = "a sale price"
    SALE_PERIOD = "when the sale is"
    STOCK = "a count of units"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` is the model's field, the language and field (`de.title`), the currency, the attribute's code
    or the warehouse's. `empty` is what it says of a product or variant that nothing was said of.
    """

    name: str
    family: Family
    key: str
    kind: cells.Kind
    is_of_product: bool = False
    is_clearable: bool = True
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns of a file by their place (None for one that cannot be used), and what is wrong with them."""

    columns: tuple[Column | None, ...]
    errors: dict[str, list[str]]

    @property
    def usable(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns if column}


def read_heading(names: Iterable[str], facts: Facts, *, sheet: str = "") -> Heading:
    """Understand the first line. Names may be written in any case; an empty one names nothing.

    `sheet` is where a workbook has it.
    """
    columns: list[Column | None] = []
    errors: dict[str, list[str]] = {}
    seen: set[str] = set()
    for written in names:
        column = find_column(written.strip(), facts) if written.strip() else None
        if column and column.name in seen:
            errors[column.name] = [gettext("This column stands in the file twice.")]
            column = None
        elif column:
            seen.add(column.name)
        elif written.strip():
            errors[written.strip()[:80]] = [_unknown(written.strip())]
        columns.append(column)
    if "sku" not in seen:
        sentence = gettext("The file needs a column sku; its first line names the columns.")
        if sheet:
            sentence = gettext('The sheet "%(sheet)s" needs a column sku; its first line names the columns.')
        errors["sku"] = [sentence % {"sheet": sheet}]
    return Heading(tuple(columns), errors)


def _unknown(name: str) -> str:
    family = name.partition(".")[0].lower()
    hints = {
        "attr": gettext("There is no attribute of this code."),
        "price": gettext("A column of prices ends in a currency: price.EUR."),
        "sale": gettext("A column of sale prices ends in a currency: sale.EUR."),
        "stock": gettext("There is no active warehouse of this code."),
    }
    return hints.get(family, gettext("There is no such column; leave it out or correct its name."))


def find_column(name: str, facts: Facts) -> Column | None:
    """The column of this name in any case; None when there is none."""
    lowered = name.lower()
    if plain := plain_columns().get(lowered):
        return plain
    if lowered in REFERENCES:
        return _reference(lowered, facts)
    if lowered == "stock":
        return _stock("stock", facts.first_warehouse) if facts.first_warehouse else None
    family, _, key = lowered.partition(".")
    match family:
        case "price" if key.upper() in CURRENCIES:
            return Column(f"price.{key.upper()}", Family.PRICE, key.upper(), cells.Amount(key.upper()))
        case "sale" if key.upper() in CURRENCIES:
            return Column(f"sale.{key.upper()}", Family.SALE, key.upper(), cells.Amount(key.upper()))
        case "attr" if key in facts.attributes:
            kind = facts.attributes[key].cells
            return Column(f"attr.{key}", Family.ATTRIBUTE, key, kind, is_of_product=True)
        case "stock" if key in facts.warehouses:
            return _stock(f"stock.{key}", key)
    return None


REFERENCES = {"category": "category_id", "brand": "brand_id", "type": "product_type_id"}


def _reference(name: str, facts: Facts) -> Column:
    known: dict[str, cells.Reference] = {"category": facts.categories, "brand": facts.brands, "type": facts.types}
    is_clearable = name != "category"
    return Column(name, Family.FIELD, REFERENCES[name], known[name], is_of_product=True, is_clearable=is_clearable)


def _stock(name: str, warehouse: str) -> Column:
    return Column(name, Family.STOCK, warehouse, cells.WholeNumber(0, MAX_ON_HAND), is_clearable=False)


def plain_columns() -> dict[str, Column]:
    """The columns that every shop has, by name: those of products, then those of variants."""
    return _plain_columns(languages()[1:])


@cache
def _plain_columns(further: tuple[str, ...]) -> dict[str, Column]:
    """`further` are the languages that texts are translated into."""

    def of_product(name: str, kind: cells.Kind, key: str = "", *, is_clearable: bool = True, empty: str = "") -> Column:
        return Column(name, Family.FIELD, key or name, kind, is_of_product=True, is_clearable=is_clearable, empty=empty)

    def of_variant(name: str, kind: cells.Kind, key: str = "", *, is_clearable: bool = True, empty: str = "") -> Column:
        return Column(name, Family.FIELD, key or name, kind, is_clearable=is_clearable, empty=empty)

    goods, draft = str(Product.Kind.GOODS), str(Product.Status.DRAFT)
    period = Family.SALE_PERIOD
    columns = [
        of_variant("sku", cells.Text(40), is_clearable=False),
        of_product("slug", cells.Slug(), is_clearable=False),
        of_product("title", cells.Text(200), is_clearable=False),
        of_product("kind", cells.OneOf(tuple(Product.Kind.values)), is_clearable=False, empty=goods),
        of_product("status", cells.OneOf(tuple(Product.Status.values)), is_clearable=False, empty=draft),
        of_product("summary", cells.Text(300)),
        of_product("description", cells.Text(cells.MAX_CELL)),
        of_product("seo_title", cells.Text(70)),
        of_product("seo_description", cells.Text(160)),
        *_translations(further),
        of_product("year", cells.WholeNumber(1000, 2999)),
        of_product("title_slug", cells.Slug()),
        of_product("featured", cells.YesNo(), "is_featured", is_clearable=False, empty="no"),
        of_product("published_at", cells.Moment()),
        of_product("published_until", cells.Moment(ends_day=True)),
        of_variant("variant_name", cells.Text(120), "name"),
        *_variant_translations(further),
        of_variant("barcode", cells.Barcode()),
        of_variant("options", cells.Options()),
        of_variant("weight_grams", cells.WholeNumber(0, MAX_GRAMS), is_clearable=False, empty="0"),
        of_variant("offer", cells.OneOf(tuple(Variant.Offer.values))),
        of_variant("rental_hours", cells.WholeNumber(1, MAX_RENTAL_HOURS)),
        Column("sale_starts_at", period, "starts_at", cells.Moment(), is_clearable=False),
        Column("sale_ends_at", period, "ends_at", cells.Moment(ends_day=True), is_clearable=False),
    ]
    return {column.name: column for column in columns}


def _translations(further: tuple[str, ...]) -> list[Column]:
    limits = {name: concrete_field(Product, name).max_length or cells.MAX_CELL for name in Product.TRANSLATABLE}
    return [
        Column(f"{name}.{language}", Family.TRANSLATION, f"{language}.{name}", cells.Text(limit), is_of_product=True)
        for language in further
        for name, limit in limits.items()
    ]


def _variant_translations(further: tuple[str, ...]) -> list[Column]:
    return [
        Column(f"variant_name.{language}", Family.TRANSLATION, f"{language}.name", cells.Text(120))
        for language in further
    ]


def all_columns(facts: Facts, currencies: Iterable[str], sale_currencies: Iterable[str]) -> list[Column]:
    """Every column that an export has, in its order."""
    plain = list(plain_columns().values())
    names = [column.name for column in plain if column.family is not Family.SALE_PERIOD]
    at = names.index("status") + 1
    names[at:at] = ["category", "brand", "type"]
    names += [f"attr.{code}" for code in facts.attributes]
    names += [f"price.{currency}" for currency in sorted(currencies)]
    names += [f"sale.{currency}" for currency in sorted(sale_currencies)]
    names += ["sale_starts_at", "sale_ends_at"]
    names += ["stock"] if len(facts.warehouses) == 1 else [f"stock.{code}" for code in facts.warehouses]
    found = [find_column(name, facts) for name in names]
    return [column for column in found if column]
