"""Reads of the catalogue. Every list has a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Max, Min, Prefetch, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from apps.catalog.browse import search
from apps.catalog.products.attributes import key_of
from apps.catalog.products.models import AttributeValue, Category, Product, ProductImage, Variant
from apps.common.problems import NotFound

# `shown_price` is the cheapest variant's in the asked currency; see `published`.
ORDERINGS = {
    "relevance": ("-relevance", "id"),
    "newest": ("-published_at", "id"),
    "price": ("shown_price", "id"),
    "-price": ("-shown_price", "id"),
    "rating": ("-rating_average", "-rating_count", "id"),
    "title": ("title", "id"),
    "bestselling": ("-sales_count", "id"),
}
RELATED = 4
FACET_CHOICES = 50


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """What a shopper narrows the list by. Prices in minor units of `currency`, by default the shop's."""

    q: str = ""
    category: str = ""
    kind: str = ""
    brand: str = ""
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = False
    rating: int | None = None
    featured: bool = False
    currency: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def published(currency: str = "") -> QuerySet[Product]:
    """What shoppers may see, with `shown_price`. In another currency than the shop's only what is priced in it."""
    products = Product.objects.filter(status=Product.Status.PUBLISHED)
    amount = KeyTextTransform("amount", KeyTransform(currency or shop_currency(), "listing__prices"))
    return products.annotate(shown_price=Cast(amount, BigIntegerField())).filter(shown_price__isnull=False)


def published_product(slug: str) -> Product:
    """Raises NotFound."""
    product = published().filter(slug=slug).first()
    if product is None:
        raise NotFound("There is no such product.")
    return product


class Browse:
    """One look at the catalogue: the products under some filters, and the choices to narrow them further.

    What the search text stands for is decided once, here, with 1 query, or 2 when nothing matches it (none without a
    text).
    """

    def __init__(self, filters: ProductFilters) -> None:
        self.filters = filters
        self._match = search.resolve(filters.q, published()) if filters.q else None
        self._conditions = _conditions(filters)

    @property
    def corrected_query(self) -> str | None:
        """What was searched for instead of misspelt words."""
        return self._match.corrected if self._match else None

    def products(self, *, without: str = "") -> QuerySet[Product]:
        """Published products under the filters; `without` leaves one out (a facet counts under the others)."""
        products = published(self.filters.currency)
        if self._match:
            products = self._match.among(products)
        for name, condition in self._conditions.items():
            if name != without:
                products = products.filter(condition)
        for name, value in self.filters.attributes.items():
            products = products.filter(attribute_values__attribute__code=name, attribute_values__key=key_of(value))
        return products

    def facets(self) -> dict[str, Any]:
        """Choices with counts, each counted under the other filters: 1 query a facet, 4 in all."""
        prices = self.products(without="price").aggregate(min=Min("shown_price"), max=Max("shown_price"))
        brands = self.products(without="brand").exclude(brand=None)
        return {
            "category": _count(self.products(without="category"), "category__full_path", "category__name"),
            "brand": _count(brands, "brand__slug", "brand__name"),
            "kind": _count(self.products(without="kind"), "kind", "kind"),
            "price": {"min": prices["min"] or 0, "max": prices["max"] or 0},
        }


def _conditions(filters: ProductFilters) -> dict[str, Q]:
    conditions = {}
    if filters.category:
        below = Q(category__full_path__startswith=f"{filters.category}/")
        conditions["category"] = Q(category__full_path=filters.category) | below
    if filters.kind:
        conditions["kind"] = Q(kind=filters.kind)
    if filters.brand:
        conditions["brand"] = Q(brand__slug=filters.brand)
    if filters.min_price is not None or filters.max_price is not None:
        lower = Q() if filters.min_price is None else Q(shown_price__gte=filters.min_price)
        upper = Q() if filters.max_price is None else Q(shown_price__lte=filters.max_price)
        conditions["price"] = lower & upper
    if filters.in_stock:
        in_stock = Variant.objects.filter(stock__on_hand__gt=F("stock__reserved")).values("product")
        conditions["in_stock"] = Q(kind=Product.Kind.VIDEO) | Q(pk__in=in_stock)
    if filters.rating:
        conditions["rating"] = Q(rating_average__gte=filters.rating)
    if filters.featured:
        conditions["featured"] = Q(is_featured=True)
    return conditions


def _count(products: QuerySet[Product], value: str, label: str) -> list[dict[str, Any]]:
    rows = products.order_by().values_list(value, label).annotate(count=Count("pk"))
    return [{"value": v, "label": name, "count": n} for v, name, n in rows.order_by("-count", label)[:FACET_CHOICES]]


def for_list(products: QuerySet[Product]) -> QuerySet[Product]:
    """With all that a list item shows: 1 query for products, 1 each for variants with stock, prices and images."""
    return products.select_related("category", "brand").prefetch_related(*_parts())


def for_detail(products: QuerySet[Product]) -> QuerySet[Product]:
    """With all that the product page shows: the list's queries and 1 for attributes."""
    return for_list(products).prefetch_related(
        Prefetch("attribute_values", AttributeValue.objects.select_related("attribute", "choice").order_by("position"))
    )


def _parts() -> list[Any]:
    variants = Variant.objects.select_related("stock").order_by("position", "sku").prefetch_related("prices")
    return [Prefetch("variants", variants), Prefetch("images", ProductImage.objects.order_by("position", "id"))]


def related_to(product: Product, currency: str = "") -> QuerySet[Product]:
    """A few others of the same category, best sellers first."""
    others = published(currency).filter(category=product.category).exclude(pk=product.pk)
    return for_list(others.order_by("-sales_count", "id"))[:RELATED]


def category_tree() -> list[dict[str, Any]]:
    """All categories, nested, each with the number of published products in and below it. 2 queries."""
    counts = dict(published().order_by().values_list("category__full_path").annotate(Count("pk")))
    nodes: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for category in Category.objects.order_by("path"):
        node = {
            "path": category.full_path,
            "name": category.name,
            "description": category.description,
            "product_count": 0,
            "children": [],
        }
        nodes[category.full_path] = node
        parent = nodes.get(category.full_path.rpartition("/")[0])
        (parent["children"] if parent else roots).append(node)
    for path, count in counts.items():
        while path:
            # A category that was moved between the two queries is counted at the next request.
            if path in nodes:
                nodes[path]["product_count"] += count
            path = path.rpartition("/")[0]
    return roots


def find_category(path: str) -> dict[str, Any]:
    """One node of the tree with its breadcrumbs; raises NotFound."""
    level = category_tree()
    crumbs: list[dict[str, str]] = []
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        wanted = "/".join(parts[:depth])
        node = next((node for node in level if node["path"] == wanted), None)
        if node is None:
            raise NotFound("There is no such category.")
        crumbs.append({"path": node["path"], "name": node["name"]})
        level = node["children"]
        if wanted == path:
            return node | {"breadcrumbs": crumbs}
    raise NotFound("There is no such category.")


def breadcrumbs(category: Category) -> list[dict[str, str]]:
    """The way from the root to this category. 1 query."""
    parts = category.full_path.split("/")
    paths = ["/".join(parts[: index + 1]) for index in range(len(parts))]
    names = dict(Category.objects.filter(full_path__in=paths).values_list("full_path", "name"))
    return [{"path": path, "name": names.get(path, path)} for path in paths]


def suggestions(text: str, *, limit: int = 8) -> list[dict[str, str]]:
    """Completions while typing: categories with a word that begins so, then products, misspelt ones too."""
    match = search.resolve(text, published())
    if match.query is None:
        return []
    begin = text.strip()
    named = Q(name__istartswith=begin) | Q(name__icontains=f" {begin}")
    categories = Category.objects.filter(named).order_by("full_path")[:2]
    found = [{"text": c.name, "kind": "category", "slug": "", "path": c.full_path} for c in categories]
    products = match.among(published()).order_by("-relevance", "id").only("title", "slug")[: limit - len(found)]
    return found + [{"text": p.title, "kind": "product", "slug": p.slug, "path": ""} for p in products]


def variants_to_quote(skus: list[str]) -> dict[str, Variant]:
    """Variants by SKU with product, prices, stock and pictures: 3 queries."""
    variants = Variant.objects.filter(sku__in=skus).select_related("product", "stock")
    images = Prefetch("product__images", ProductImage.objects.order_by("position", "id"))
    return {variant.sku: variant for variant in variants.prefetch_related("prices", images)}


def price_in(variant: Variant, currency: str) -> int | None:
    """The variant's price in minor units, from prefetched rows; None when it is not sold in this currency."""
    return next((price.amount for price in variant.prices.all() if price.currency == currency), None)


def shop_currency() -> str:
    return settings.SHOP_CURRENCY
