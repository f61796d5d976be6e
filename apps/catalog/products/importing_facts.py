"""What the products of an imported file refer to: attributes, types, brands, categories, and collections made of them.

Each is written only where the file says something new; choices and texts that the file does not mention stay.
"""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model

from apps.catalog.discovery import listings
from apps.catalog.products import taxonomy
from apps.catalog.products.attributes import key_of
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    AttributeValue,
    Brand,
    Category,
    Collection,
    CollectionItem,
    Product,
    ProductType,
    ProductTypeAttribute,
)
from apps.catalog.products.models.bases import Translated
from apps.catalog.products.slugs import slug_of
from apps.catalog.products.translations import cleaned_translations
from apps.catalog.products.writing import SLUG_LENGTH
from apps.common.problems import ValidationProblem


@contextmanager
def blamed(what: str, name: Any) -> Iterator[None]:
    """Says which entry of the file is at fault."""
    entry = f"{what} {name or '?'}"
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValidationProblem(f"{entry}: {error!r} is missing or odd.") from error
    except ValidationError as error:
        raise ValidationProblem(f"{entry}: {_told(error.message_dict)}", errors=error.message_dict) from error
    except (DataError, IntegrityError) as error:
        raise ValidationProblem(f"{entry}: {str(error).partition('\n')[0]}.") from error
    except ValidationProblem as error:
        sentence = _told(error.errors or {}) if "see errors" in str(error) else str(error)
        raise ValidationProblem(f"{entry}: {sentence}", errors=error.errors) from error


def _told(errors: Mapping[str, list[str]]) -> str:
    return " ".join(f"{name}: {' '.join(sentences)}" for name, sentences in errors.items())


def written(row: Model, **fields: Any) -> bool:
    """Bring a row to `fields`, checked as a form would; returns whether that changed something.

    Raises Django's ValidationError, which `blamed` puts into words.
    """
    is_new = row._state.adding
    if not is_new and all(getattr(row, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    row.clean_fields(exclude={field.name for field in row._meta.fields} - fields.keys())
    row.validate_unique()
    row.validate_constraints()
    row.save(update_fields=None if is_new else list(fields))
    return True


def texts_of(model: type[Translated], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Translations and texts for search engines, as far as the entry has some. Raises ValidationProblem."""
    fields: dict[str, Any] = {}
    if "translations" in entry:
        fields["translations"] = cleaned_translations(model, entry["translations"])
    if "seo" in entry:
        seo = entry["seo"]
        fields |= {"seo_title": seo.get("title", ""), "seo_description": seo.get("description", "")}
    return fields


def import_facts(data: Mapping[str, Any]) -> None:
    """Everything that products point at. Raises ValidationProblem that names the entry."""
    slugs = {entry.get("slug") for entry in data.get("products", [])}
    for position, entry in enumerate(data.get("attributes", [])):
        with blamed("Attribute", entry.get("code")), transaction.atomic():
            _import_attribute(entry, position, slugs)
    for entry in data.get("product_types", []):
        with blamed("Product type", entry.get("slug")), transaction.atomic():
            _import_type(entry)
    for entry in data.get("brands", []):
        with blamed("Brand", entry.get("name")), transaction.atomic():
            _import_brand(entry)
    for entry in data.get("categories", []):
        with blamed("Category", entry.get("path")), transaction.atomic():
            _import_category(entry)


def _import_attribute(entry: Mapping[str, Any], position: int, slugs: Some[str]) -> None:
    attribute = Attribute.objects.filter(code=entry["code"]).first() or Attribute(code=entry["code"])
    kind = Attribute.Kind(entry.get("kind", Attribute.Kind.CHOICE))
    if not attribute._state.adding and attribute.kind != kind:
        _forget_answers(attribute, kind, slugs)
    is_changed = written(
        attribute,
        label=entry["label"],
        kind=kind,
        unit=entry.get("unit", ""),
        is_facet=entry.get("is_facet", True),
        position=entry.get("position", position),
        **texts_of(Attribute, entry),
    )
    if _import_choices(attribute, entry.get("choices", [])) or is_changed:
        listings.refresh_taxonomy()


def _forget_answers(attribute: Attribute, kind: str, slugs: Some[str]) -> None:
    """Answers do not outlive their attribute's kind: the file's products are written anew, others are in the way."""
    answered = Product.objects.filter(attribute_values__attribute=attribute)
    if others := answered.exclude(slug__in=slugs).distinct().count():
        raise ValidationProblem(
            f"{others} products that are not in the file answer it as {attribute.kind}, so it cannot become {kind}."
        )
    answered.update(import_digest="")
    AttributeValue.objects.filter(attribute=attribute).delete()


def _import_choices(attribute: Attribute, entries: list[Any]) -> bool:
    """Returns whether one is new or says something else; products that chose one are found by its new words."""
    known = {choice.slug: choice for choice in attribute.choices.all()}
    by_label = {choice.label: choice for choice in known.values()}
    is_changed, reworded = False, []
    for position, entry in enumerate(entries):
        entry = entry if isinstance(entry, dict) else {"label": str(entry)}
        slug = entry.get("slug") or key_of(entry["label"])
        # A choice keeps the slug that it was made with, also when its label would give another one today.
        same = known.get(slug) or (None if entry.get("slug") else by_label.get(entry["label"]))
        choice = same or AttributeChoice(attribute=attribute, slug=slug)
        is_new = choice._state.adding
        if written(choice, label=entry["label"], position=position, **texts_of(AttributeChoice, entry)):
            is_changed = True
            reworded += [] if is_new else [choice]
    chosen = Product.objects.filter(attribute_values__choice__in=reworded)
    listings.refresh(chosen.order_by("pk").values_list("pk", flat=True).distinct())
    return is_changed


def _import_type(entry: Mapping[str, Any]) -> None:
    product_type = ProductType.objects.filter(slug=entry["slug"]).first() or ProductType(slug=entry["slug"])
    written(product_type, name=entry["name"])
    asked = [line if isinstance(line, dict) else {"code": line} for line in entry.get("attributes", [])]
    known = dict(Attribute.objects.filter(code__in=[line["code"] for line in asked]).values_list("code", "pk"))
    if unknown := sorted(line["code"] for line in asked if line["code"] not in known):
        raise ValidationProblem(f"there is no attribute {', '.join(unknown)}.")
    wanted = [(known[line["code"]], bool(line.get("required"))) for line in asked]
    present = product_type.type_attributes.order_by("position").values_list("attribute_id", "is_required")
    if list(present) != wanted:
        product_type.type_attributes.all().delete()
        ProductTypeAttribute.objects.bulk_create(
            ProductTypeAttribute(product_type=product_type, attribute_id=pk, is_required=required, position=position)
            for position, (pk, required) in enumerate(wanted)
        )


def _import_brand(entry: Mapping[str, Any]) -> None:
    slug = entry.get("slug") or slug_of(entry["name"], limit=SLUG_LENGTH)
    brand = Brand.objects.filter(slug=slug).first() or Brand.objects.filter(name=entry["name"]).first() or Brand()
    was_called, is_new = brand.name, brand._state.adding
    fields = {"name": entry["name"], "slug": slug, "description": entry.get("description", "")}
    if written(brand, **fields, **texts_of(Brand, entry)):
        if is_new or was_called == brand.name:
            listings.refresh_taxonomy()
        else:
            taxonomy.record_rename(brand)


def _import_category(entry: Mapping[str, Any]) -> None:
    category = taxonomy.ensure_category(entry["path"])
    former = _names(category)
    fields = {"name": entry["name"], "description": entry.get("description", "")}
    if written(category, **fields, **texts_of(Category, entry)):
        if former == _names(category):
            listings.refresh_taxonomy()
        else:
            taxonomy.record_rename(category)


def _names(category: Category) -> list[str | None]:
    """In every language."""
    return [category.name, *(texts.get("name") for _, texts in sorted(category.translations.items()))]


def import_collections(entries: list[dict[str, Any]]) -> None:
    """Shelves of their own, after the products. Raises ValidationProblem that names the entry."""
    for position, entry in enumerate(entries):
        with blamed("Collection", entry.get("slug")), transaction.atomic():
            _import_collection(entry, position)


def _import_collection(entry: Mapping[str, Any], position: int) -> None:
    kind = Collection.Kind(entry.get("kind") or ("rule" if entry.get("rule") else "manual"))
    rule = {str(name): str(value) for name, value in entry.get("rule", {}).items()}
    collection = Collection.objects.filter(slug=entry["slug"]).first() or Collection(slug=entry["slug"])
    is_changed = written(
        collection,
        title=entry["title"],
        description=entry.get("description", ""),
        kind=kind,
        rule=rule,
        is_published=entry.get("published", True),
        position=entry.get("position", position),
        **texts_of(Collection, entry),
    )
    if kind == Collection.Kind.MANUAL:
        is_changed |= _fill(collection, products_by_slug(entry.get("products", [])))
    if is_changed:
        listings.refresh_taxonomy()


def products_by_slug(slugs: list[str]) -> list[Product]:
    """In this order. Raises ValidationProblem for unknown ones."""
    known = {product.slug: product for product in Product.objects.filter(slug__in=slugs)}
    if unknown := [slug for slug in slugs if slug not in known]:
        raise ValidationProblem(f"there is no product {', '.join(unknown)}.")
    return [known[slug] for slug in slugs]


def _fill(collection: Collection, products: list[Product]) -> bool:
    """Returns whether it held others before."""
    wanted = [product.pk for product in products]
    if list(collection.items.order_by("position").values_list("product_id", flat=True)) == wanted:
        return False
    collection.items.all().delete()
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, product_id=pk, position=place) for place, pk in enumerate(wanted)
    )
    return True
