"""A product with all its details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from apps.catalog.discovery.browsing import best_sellers_beside
from apps.catalog.discovery.cards import cards
from apps.catalog.discovery.columns import Columns
from apps.catalog.discovery.index import index
from apps.catalog.discovery.missing_products import why_missing
from apps.catalog.discovery.taxonomy import Taxonomy
from apps.catalog.discovery.variant_details import film_data, films_of, shown_image, shown_variants
from apps.catalog.products.attribute_values import plain_number
from apps.catalog.products.models import AttributeValue, Product, ProductImage, ProductRelation, Variant
from apps.catalog.products.translations import yes_or_no
from apps.common.problems import NotFound
from apps.common.translated import text

RELATED = 4


@dataclass(frozen=True, slots=True)
class Detail:
    """A product's page, and the numbers of the products whose change makes it another one."""

    data: dict[str, Any]
    version: int
    numbers: tuple[int, ...]


def detail(slug: str, *, currency: str, language: str) -> Detail:
    """What shoppers may see of a product: 8 queries, 1 for films, and 1 for variants on sale.

    Raises NotFound, ProductMoved, ProductWithdrawn.
    """
    product = _published(_with_parts(), slug)
    number = product.listing.number
    with index.fresh() as columns:
        _require_display(columns, product)
        related, taxonomy = _related(product, number, currency), index.taxonomy
    card, *beside = _cards(taxonomy, [number, *related], slug, currency=currency, language=language)
    films = films_of(product)
    crumbs = [
        {"path": node.path, "name": node.text("name", language)} for node in taxonomy.ancestry(card["category"]["path"])
    ]
    brand = taxonomy.brand_places.get(product.brand_id or 0)
    data = card | {
        "brand_slug": None if brand is None else taxonomy.brands[brand].slug,
        "description": text(product, "description", language),
        "attributes": [_shown_attribute(values, language) for values in _grouped(product.attribute_values.all())],
        "variants": shown_variants(product, taxonomy, films, currency=currency, language=language),
        "film": film_data(films[product.title_slug]) if product.title_slug in films else None,
        "images": [shown for image in product.images.all() if (shown := shown_image(image, language))],
        "breadcrumbs": crumbs,
        "related": beside,
        "rating": card["rating"] | {"histogram": product.rating_histogram},
        "seo": {
            "title": text(product, "seo_title", language) or card["title"],
            "description": text(product, "seo_description", language) or card["summary"],
        },
        "updated_at": product.updated_at,
    }
    return Detail(data, product.version, (number, *related))


def displayed_card(slug: str, *, currency: str, language: str) -> tuple[Product, int, dict[str, Any]]:
    """A product on display with its number and its card: 2 queries.

    Raises NotFound, ProductMoved, ProductWithdrawn.
    """
    product = _published(Product.objects.select_related("listing"), slug)
    number = product.listing.number
    with index.fresh() as columns:
        _require_display(columns, product)
        taxonomy = index.taxonomy
    [card] = _cards(taxonomy, [number], slug, currency=currency, language=language)
    return product, number, card


def _published(products: QuerySet[Product], slug: str) -> Product:
    product = products.filter(slug=slug, status=Product.Status.PUBLISHED).first()
    if product is None:
        raise why_missing(slug)
    return product


def _require_display(columns: Columns, product: Product) -> None:
    """Raises what says why the product is not on display. The caller holds the fresh index."""
    number = product.listing.number
    if number >= columns.capacity or not index.visible()[number]:
        raise why_missing(product.slug)


def _cards(taxonomy: Taxonomy, numbers: list[int], slug: str, *, currency: str, language: str) -> list[dict[str, Any]]:
    """The card of the product with this slug and those of others behind it. Raises NotFound."""
    made = cards(taxonomy, numbers, currency=currency, language=language)
    if not made or made[0]["slug"] != slug:
        raise NotFound(gettext("This product is not sold in this currency."))
    return made


def _with_parts() -> QuerySet[Product]:
    variants = Variant.objects.select_related("stock").order_by("position", "sku")
    values = AttributeValue.objects.select_related("attribute", "choice").order_by(
        "position", "attribute__position", "attribute_id", "pk"
    )
    relations = ProductRelation.objects.select_related("related__listing").order_by("position", "pk")
    return Product.objects.select_related("listing").prefetch_related(
        Prefetch("variants", variants.prefetch_related("prices", "sale_prices")),
        Prefetch("images", ProductImage.objects.order_by("position", "id")),
        Prefetch("attribute_values", values),
        Prefetch("relations", relations),
    )


def _related(product: Product, number: int, currency: str) -> list[int]:
    """Those that staff chose and shoppers may see, then best sellers of the category. Call it holding the index."""
    visible, capacity = index.visible(), index.columns.capacity
    chosen = [relation.related.listing.number for relation in product.relations.all()]
    shown = [other for other in chosen if other < capacity and visible[other]][:RELATED]
    if len(shown) < RELATED:
        others = best_sellers_beside(
            number, category_id=product.category_id, currency=currency, limit=RELATED + len(shown)
        )
        shown += [other for other in others if other not in shown][: RELATED - len(shown)]
    return shown


def _grouped(values: Any) -> list[list[AttributeValue]]:
    """Values grouped by attribute, as several choices are shown together."""
    groups: dict[int, list[AttributeValue]] = {}
    for value in values:
        groups.setdefault(value.attribute_id, []).append(value)
    return list(groups.values())


def _shown_attribute(values: list[AttributeValue], language: str) -> dict[str, Any]:
    attribute = values[0].attribute
    return {
        "name": attribute.code,
        "label": text(attribute, "label", language),
        "value": ", ".join(_shown(value, language) for value in values),
        "kind": attribute.kind,
        "unit": attribute.unit,
    }


def _shown(value: AttributeValue, language: str) -> str:
    if value.choice:
        return text(value.choice, "label", language)
    if value.number is not None:
        return f"{plain_number(value.number)} {value.attribute.unit}".strip()
    if value.boolean is not None:
        return yes_or_no(language, is_yes=value.boolean)
    return value.text
