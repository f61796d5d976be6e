"""What the shop sells."""

from __future__ import annotations

from pathlib import Path

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_Node

from apps.common.ids import uuid7

IMAGE_EXTENSIONS = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})


class Category(MP_Node):
    """A node of the tree. `full_path` joins the slugs from the root: `home/kitchen`."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    full_path = models.CharField(max_length=400, unique=True, editable=False)
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "categories"
        indexes = [
            # "This category and everything below it" is a prefix match.
            models.Index(fields=["full_path"], name="category_full_path_prefix", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.full_path or self.name


class Brand(models.Model):
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something that can be bought, in one or more variants."""

    class Kind(models.TextChoices):
        GOODS = "goods"
        VIDEO = "video"

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GOODS)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="products", null=True, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    description = models.TextField(max_length=20_000, blank=True)
    title_slug = models.SlugField(max_length=120, blank=True, help_text="The film's title in the video service.")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_featured = models.BooleanField("featured", default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Kept by services, so that lists sort and filter on one table.
    version = models.PositiveIntegerField(default=1, editable=False)
    min_price = models.BigIntegerField(default=0, editable=False, help_text="Cheapest variant, in the shop's currency.")
    search_document = SearchVectorField(null=True, editable=False)
    import_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="Of the imported entry.")
    sales_count = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    rating_average = models.DecimalField(max_digits=3, decimal_places=2, default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="product_published_has_date"
            ),
        ]
        indexes = [
            GinIndex(fields=["search_document"], name="product_search"),
            # One index a sort, over what shoppers may see.
            *(
                models.Index(fields=fields, name=f"product_by_{name}", condition=Q(status="published"))
                for name, fields in {
                    "newest": ["-published_at", "id"],
                    "price": ["min_price", "id"],
                    "price_desc": ["-min_price", "id"],
                    "rating": ["-rating_average", "-rating_count", "id"],
                    "title": ["title", "id"],
                    "sales": ["-sales_count", "id"],
                    "category": ["category", "-published_at", "id"],
                }.items()
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that some product's title, brand or attributes hold: what a misspelt word may have meant."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="search_word_trigram", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


class ProductAttribute(models.Model):
    """A fact about a product: Material: stoneware."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="attributes")
    name = models.SlugField(max_length=60)
    label = models.CharField(max_length=60)
    value = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="attribute_once_per_product")]
        indexes = [models.Index(fields=["name", "value"], name="attribute_filter")]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


class Variant(models.Model):
    """What goes into a cart. A film's variants are its offers: buy, or rent for some hours."""

    class Offer(models.TextChoices):
        BUY = "buy"
        RENT = "rent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField("SKU", max_length=40, unique=True)
    name = models.CharField(max_length=120, blank=True)
    options = models.JSONField(default=dict, blank=True)
    weight_grams = models.PositiveIntegerField("weight (g)", default=0)
    offer = models.CharField(max_length=4, choices=Offer, blank=True)
    rental_hours = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(offer="rent") | Q(rental_hours__gt=0), name="variant_rental_has_hours"),
        ]

    def __str__(self) -> str:
        return self.sku


class Price(models.Model):
    """What a variant costs in one currency, in minor units."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(validators=[MinValueValidator(0)], help_text="Minor units (cents).")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="price_once_per_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=10**11), name="price_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def upload_name(image: ProductImage, filename: str) -> str:
    """Where an upload is kept: named by us, so no file name of somebody's computer becomes an address."""
    extension = Path(filename).suffix.lower()
    return f"products/originals/{uuid7()}{extension if extension in IMAGE_EXTENSIONS else ''}"


class ProductImage(models.Model):
    """A picture with its renditions: `[{"width": 640, "name": "products/…-640.webp"}]`, smallest first."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(upload_to=upload_name, width_field="width", height_field="height", max_length=200)
    alt = models.CharField("alternative text", max_length=300, blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    renditions = models.JSONField(default=list, editable=False)
    checksum = models.CharField(max_length=64, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.alt or self.file.name
