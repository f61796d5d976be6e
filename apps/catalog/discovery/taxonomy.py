"""The words that products are ordered by, as each process keeps them: categories, brands, attributes, collections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.catalog.products.models import Attribute, Brand, Category, Collection, CollectionItem
from apps.common.languages import default_language

Translations = Mapping[str, Mapping[str, str]]


def translated(first: str, translations: Translations, name: str, language: str) -> str:
    """A text in `language`, else in the shop's first."""
    return (translations.get(language, {}).get(name) if language != default_language() else None) or first


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """One category; `place` is its number in the order of the tree."""

    place: int
    path: str
    name: str
    description: str
    seo_title: str
    seo_description: str
    translations: Translations
    uploaded_image: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, language: str) -> str:
        return translated(getattr(self, name), self.translations, name, language)

    @property
    def parent_path(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class BrandNode:
    """One brand; `place` is its number in the order of names."""

    place: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    label: str
    translations: Translations
    position: int


@dataclass(frozen=True, slots=True)
class AttributeNode:
    """One attribute with its choices by slug."""

    code: str
    label: str
    kind: str
    unit: str
    is_facet: bool
    translations: Translations
    choices: Mapping[str, ChoiceNode]

    def text(self, language: str) -> str:
        return translated(self.label, self.translations, "label", language)

    def choice_text(self, key: str, language: str) -> str:
        choice = self.choices.get(key)
        return translated(choice.label, choice.translations, "label", language) if choice else key


@dataclass(frozen=True, slots=True)
class CollectionNode:
    """One published collection: products' numbers in their order, or a rule."""

    slug: str
    title: str
    description: str
    seo_title: str
    seo_description: str
    translations: Translations
    rule: Mapping[str, Any] | None
    numbers: tuple[int, ...]
    uploaded_image: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, language: str) -> str:
        return translated(getattr(self, name), self.translations, name, language)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A snapshot of the taxonomy. Categories are in the order of the tree, brands sorted by name."""

    categories: tuple[CategoryNode, ...] = ()
    brands: tuple[BrandNode, ...] = ()
    attributes: Mapping[str, AttributeNode] = field(default_factory=dict)
    collections: tuple[CollectionNode, ...] = ()
    category_places: Mapping[int, int] = field(default_factory=dict)
    brand_places: Mapping[int, int] = field(default_factory=dict)
    by_path: Mapping[str, CategoryNode] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each attribute, by code."""
        return {code: node.kind for code, node in self.attributes.items()}

    def ancestry(self, path: str) -> list[CategoryNode]:
        """The way from the root to this category."""
        parts = path.split("/")
        paths = ("/".join(parts[: depth + 1]) for depth in range(len(parts)))
        return [self.by_path[step] for step in paths if step in self.by_path]


def load() -> Taxonomy:
    """Read it from the database: 6 queries."""
    categories = list(Category.objects.order_by("path"))
    brands = list(Brand.objects.order_by("name").values_list("pk", "slug", "name"))
    nodes = tuple(
        CategoryNode(
            *(place, c.full_path, c.name, c.description, c.seo_title, c.seo_description, c.translations),
            uploaded_image=c.uploaded_image,
        )
        for place, c in enumerate(categories)
    )
    return Taxonomy(
        categories=nodes,
        brands=tuple(BrandNode(place, slug, name) for place, (_, slug, name) in enumerate(brands)),
        attributes=_attributes(),
        collections=_collections(),
        category_places={category.pk: place for place, category in enumerate(categories)},
        brand_places={pk: place for place, (pk, _, _) in enumerate(brands)},
        by_path={node.path: node for node in nodes},
    )


def _attributes() -> dict[str, AttributeNode]:
    attributes = Attribute.objects.order_by("position", "code").prefetch_related("choices")
    return {
        a.code: AttributeNode(
            a.code,
            a.label,
            a.kind,
            a.unit,
            a.is_facet,
            a.translations,
            {c.slug: ChoiceNode(c.label, c.translations, c.position) for c in a.choices.all()},
        )
        for a in attributes
    }


def _collections() -> tuple[CollectionNode, ...]:
    items: dict[int, list[int]] = {}
    rows = CollectionItem.objects.filter(collection__is_published=True).order_by("position", "pk")
    for collection_id, number in rows.values_list("collection_id", "product__listing__number"):
        items.setdefault(collection_id, []).append(number)
    return tuple(
        CollectionNode(
            c.slug,
            c.title,
            c.description,
            c.seo_title,
            c.seo_description,
            c.translations,
            c.rule if c.kind == Collection.Kind.RULE else None,
            tuple(number for number in items.get(c.pk, []) if number is not None),
            c.uploaded_image,
        )
        for c in Collection.objects.filter(is_published=True).order_by("position", "title")
    )
