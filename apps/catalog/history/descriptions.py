"""Changes described for people: the object, its fields, and their values before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.history.parts import Part
from apps.catalog.history.selectors import Change, Row
from apps.catalog.products import models as products
from apps.catalog.products.attribute_values import plain_number
from apps.common.languages import current_language
from apps.common.model_fields import column_of, concrete_field
from apps.common.money import Money

# What the pages show as an absent value, in the language of the page.
NOTHING = "nothing"
MAX_LENGTH = 240
# Part of the title, or derived from something that is.
IMPLIED = {
    "Variant": {"product"},
    "Price": {"variant", "currency"},
    "SalePrice": {"variant", "currency"},
    "AttributeValue": {"product", "attribute", "key", "position"},
    "ProductImage": {"product"},
    "ProductRelation": {"product", "related"},
    "CollectionItem": {"collection", "product"},
    "AttributeChoice": {"attribute"},
    "ProductTypeAttribute": {"product_type", "attribute"},
    "Category": {"full_path"},
}
SHOWN_BY = {
    products.Product: "title",
    products.Variant: "sku",
    products.Category: "full_path",
    products.Brand: "name",
    products.ProductType: "name",
    products.Attribute: "label",
    products.AttributeChoice: "label",
    products.Collection: "title",
    products.ProductImage: "alt",
}


VERBS = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that changed; `before` is empty in a row that was added, `after` in one that was removed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeDescription:
    """A change of a row in words; `verb` is added, removed or changed, `shown_verb` the same for people."""

    title: str
    verb: str
    shown_verb: str
    lines: list[FieldChange]


class Names:
    """Names of the rows that foreign keys in the changes point at. One query for each model."""

    def __init__(self, changes: Iterable[Change]) -> None:
        wanted: dict[type[models.Model], set[str]] = {}
        self.titles: dict[tuple[type[models.Model], str], str] = {}
        for change in changes:
            shown_by = SHOWN_BY.get(change.part.model)
            for row in (change.before, change.after):
                for field in _keys(change.part) if row else ():
                    if row and (key := row[column_of(field)]) is not None:
                        wanted.setdefault(_related_model(field), set()).add(str(key))
                if row and shown_by:
                    # The name of a deleted variant, too.
                    self.titles[change.part.model, change.row_id] = row[shown_by]
        for model, keys in wanted.items():
            found = model._default_manager.filter(pk__in=keys).values_list("pk", SHOWN_BY[model])
            self.titles |= {(model, str(key)): title for key, title in found}

    def of(self, model: type[models.Model], key: Any) -> str:
        """The name of the row with this key, or a text that says that it was deleted."""
        return self.titles.get(
            (model, str(key)), gettext("a %(model)s that is gone") % {"model": model._meta.verbose_name}
        )


def describe_change(change: Change, names: Names) -> ChangeDescription:
    """The change in words."""
    verb = "changed" if change.before and change.after else "added" if change.after else "removed"
    return ChangeDescription(_title(change, names), verb, str(VERBS[verb]), list(_lines(change, names)))


def _title(change: Change, names: Names) -> str:
    row: Row = change.after or change.before or {}
    match change.part.name:
        case "Variant":
            return gettext("Variant %(sku)s") % {"sku": row["sku"]}
        case "Price":
            sku = names.of(products.Variant, row["variant_id"])
            return gettext("Price of %(sku)s in %(currency)s") % {"sku": sku, "currency": row["currency"]}
        case "SalePrice":
            sku = names.of(products.Variant, row["variant_id"])
            return gettext("Sale of %(sku)s in %(currency)s") % {"sku": sku, "currency": row["currency"]}
        case "AttributeValue" | "ProductTypeAttribute":
            return names.of(products.Attribute, row["attribute_id"])
        case "ProductImage":
            return gettext("Image “%(alt)s”") % {"alt": row["alt"]} if row["alt"] else gettext("Image")
        case "ProductRelation":
            return gettext("Related product %(title)s") % {"title": names.of(products.Product, row["related_id"])}
        case "CollectionItem":
            return gettext("Product %(title)s") % {"title": names.of(products.Product, row["product_id"])}
        case "AttributeChoice":
            return gettext("Choice %(label)s") % {"label": row["label"]}
    return capfirst(str(change.part.model._meta.verbose_name))


def _lines(change: Change, names: Names) -> Iterable[FieldChange]:
    before, after = change.before, change.after
    if change.part.name == "AttributeValue":
        yield FieldChange(gettext("value"), _attribute_value(before, names), _attribute_value(after, names))
        return
    for column in change.columns:
        field = change.part.fields[column]
        if field.name in IMPLIED.get(change.part.name, ()) and not _moved(field, before, after):
            continue
        if field.name == "translations":
            yield from _translated(change)
            continue
        old, new = (_value(field, row, names) if row else "" for row in (before, after))
        if (before is None and _is_empty(after, column)) or (after is None and _is_empty(before, column)):
            continue
        label = gettext("place in the tree") if field.name == "full_path" else str(field.verbose_name)
        yield FieldChange(label, *_shortened(old, new))


def _moved(field: models.Field, before: Row | None, after: Row | None) -> bool:
    """Whether a category moved to another parent, rather than changed its slug."""
    if field.name != "full_path" or not before or not after:
        return False
    return before["full_path"].rpartition("/")[0] != after["full_path"].rpartition("/")[0]


def _is_empty(row: Row | None, column: str) -> bool:
    return not row or (row[column] in (None, "", {}, [], False, 0) and column != "amount")


def _attribute_value(row: Row | None, names: Names) -> str:
    if row is None:
        return ""
    if row["choice_id"] is not None:
        return names.of(products.AttributeChoice, row["choice_id"])
    if row["number"] is not None:
        return plain_number(row["number"])
    return _truth(row["boolean"]) if row["boolean"] is not None else row["text"]


def _translated(change: Change) -> Iterable[FieldChange]:
    """A line for each text of each language."""
    before, after = ((row or {}).get("translations") or {} for row in (change.before, change.after))
    for language in sorted({*before, *after}):
        old, new = before.get(language, {}), after.get(language, {})
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                label = f"{concrete_field(change.part.model, name).verbose_name} ({language})"
                yield FieldChange(label, *_shortened(old.get(name) or NOTHING, new.get(name) or NOTHING))


def _related_model(field: models.Field) -> type[models.Model]:
    related = field.related_model
    assert isinstance(related, type)  # noqa: S101  (models are loaded, so no name is left to resolve)
    return related


def _value(field: models.Field, row: Row, names: Names) -> str:
    value = row[column_of(field)]
    if value is None or value == "" or value == {} or value == []:
        return NOTHING
    if field.is_relation and field.related_model:
        return names.of(_related_model(field), value)
    if field.name == "amount":
        return Money(value, row["currency"]).format(current_language())
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return _truth(value)
    if isinstance(field, models.DateTimeField):
        return date_format(localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {said}" for name, said in value.items())
    return value.rpartition("/")[2] if isinstance(field, models.FileField) else str(value)


def _truth(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Excerpts of long texts around the first difference."""
    if max(len(before), len(after)) <= MAX_LENGTH:
        return before, after
    pairs = zip(before, after, strict=False)
    place = next((n for n, (old, new) in enumerate(pairs) if old != new), min(len(before), len(after)))
    start = max(0, place - 60) if before and after else 0
    return _excerpt(before, start), _excerpt(after, start)


def _excerpt(text: str, start: int) -> str:
    end = start + MAX_LENGTH
    return f"{'… ' if start and text else ''}{text[start:end]}{' …' if len(text) > end else ''}"


def _keys(part: Part) -> Iterable[models.Field]:
    return (field for field in part.fields.values() if field.is_relation)


def author_of(facts: dict[str, str]) -> str:
    """Who and how: `anna@example.com in the admin`."""
    who = facts.get("who", "")
    match facts.get("how", ""):
        case "admin":
            return gettext("%(who)s in the admin") % {"who": who}
        case "api":
            return gettext("%(who)s by the API") % {"who": who or gettext("Somebody")}
        case "import":
            facts = {"who": who or gettext("An import"), "file": facts.get("detail") or gettext("a file")}
            return gettext("%(who)s by importing %(file)s") % facts
        case "worker":
            return gettext("The shop itself (%(task)s)") % {"task": facts.get("detail") or gettext("a task")}
    return who or gettext("A command or the database itself")
