"""Products and their variants."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.barcodes import validate_barcode
from apps.catalog.products.models.attributes import ProductType
from apps.catalog.products.models.bases import SearchEngineTexts
from apps.catalog.products.models.taxonomy import Brand, Category
from apps.common.ids import uuid7
from apps.common.translated import Translated


def no_ratings() -> list[int]:
    """How often 1, 2, 3, 4 and 5 stars were given: never."""
    return [0, 0, 0, 0, 0]


class Product(Translated, SearchEngineTexts):
    """Something that can be bought, in one or more variants."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("Goods")
        VIDEO = "video", _("Video")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    TRANSLATABLE = ("title", "summary", "description", "seo_title", "seo_description")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GOODS)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    product_type = models.ForeignKey(
        ProductType, on_delete=models.PROTECT, related_name="products", null=True, blank=True, verbose_name=_("type")
    )
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="products"
    )
    brand = models.ForeignKey(
        Brand, verbose_name=_("brand"), on_delete=models.PROTECT, related_name="products", null=True, blank=True
    )
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True)
    title_slug = models.SlugField(
        _("title slug"), max_length=120, blank=True, help_text=_("The film's title in the video service.")
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    is_featured = models.BooleanField(_("featured"), default=False)
    # A published product shows from `published_at` until before `published_until`; either may lie ahead.
    published_at = models.DateTimeField(_("shows from"), null=True, blank=True)
    published_until = models.DateTimeField(_("shows until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    # Kept by services.
    version = models.PositiveIntegerField(default=1, editable=False)
    import_digest = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Of the imported entry."))
    sales_count = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    rating_average = models.DecimalField(max_digits=3, decimal_places=2, default=0, editable=False)
    rating_histogram = ArrayField(models.PositiveIntegerField(), size=5, default=no_ratings, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("product"), _("products")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="product_published_has_date"
            ),
            models.CheckConstraint(
                condition=Q(published_until__isnull=True) | Q(published_until__gt=F("published_at")),
                name="product_shows_before_it_ends",
            ),
            models.UniqueConstraint(
                Lower("slug"),
                name="product_slug_once",
                violation_error_message=_("There is a product with this slug already; capitals make no difference."),
            ),
        ]
        indexes = [
            # The admin's list: newest change first, alone and under its filters.
            models.Index(fields=["-updated_at", "-id"], name="product_by_change"),
            models.Index(fields=["status", "-updated_at"], name="product_by_status"),
            models.Index(fields=["kind", "-updated_at"], name="product_by_kind"),
            models.Index(fields=["category", "-updated_at"], name="product_by_category"),
            models.Index(fields=["-sales_count", "-id"], name="product_by_sales"),
            models.Index(fields=["title", "id"], name="product_by_title"),
            models.Index(fields=["published_at"], name="product_by_publication"),
            models.Index(fields=["-updated_at", "-id"], name="product_featured", condition=Q(is_featured=True)),
            # The sitemap reads this alone, in the order of products' ids.
            models.Index(
                fields=["id"],
                include=["slug", "updated_at", "published_at", "published_until"],
                name="product_sitemap",
                condition=Q(status="published"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Variant(Translated):
    """What goes into a cart. A digital variant is an offer of a film: buy, or rent for some hours."""

    class Offer(models.TextChoices):
        BUY = "buy", _("Buy")
        RENT = "rent", _("Rent")

    TRANSLATABLE = ("name",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(_("SKU"), max_length=40, unique=True)
    barcode = models.CharField(
        _("barcode"),
        max_length=14,
        blank=True,
        validators=[validate_barcode],
        help_text=_("GTIN: 8, 12, 13 or 14 digits."),
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    weight_grams = models.PositiveIntegerField(_("weight (g)"), default=0)
    # Digital variants say buy or rent; goods say nothing.
    offer = models.CharField(_("offer"), max_length=4, choices=Offer, blank=True)
    rental_hours = models.PositiveIntegerField(_("rental hours"), null=True, blank=True)
    title_slug = models.SlugField(
        _("title slug"),
        max_length=120,
        blank=True,
        help_text=_("The title in the video service, when it is not the product's."),
    )
    # One of the product's images: the database's `variant_image_of_its_product`, a foreign key on two columns.
    image = models.ForeignKey(
        "products.ProductImage",
        verbose_name=_("image"),
        on_delete=models.SET_NULL,
        related_name="variants",
        null=True,
        blank=True,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("variant"), _("variants")
        constraints = [
            # That films have an offer and goods have none concerns two tables: a trigger, `variant_offer_fits_kind`.
            models.CheckConstraint(
                condition=Q(offer="rent", rental_hours__isnull=False, rental_hours__gt=0)
                | ~Q(offer="rent") & Q(rental_hours__isnull=True),
                name="variant_hours_are_of_rentals",
            ),
            models.CheckConstraint(condition=~Q(offer="") | Q(title_slug=""), name="variant_of_goods_has_no_title"),
            models.UniqueConstraint(fields=["barcode"], name="variant_barcode_once", condition=~Q(barcode="")),
            # Two people who type the same SKU, one of them in capitals, mean one article.
            models.UniqueConstraint(
                Lower("sku"),
                name="variant_sku_once",
                violation_error_message=_("There is a variant with this SKU already; capitals make no difference."),
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def is_digital(self) -> bool:
        """Whether it is a film, which needs no stock."""
        return bool(self.offer)


class FormerSlug(models.Model):
    """A slug that a product had: links to it lead to the product, unless another one has the slug by now.

    Written by the trigger `products_keep_former_slug`, however a product is renamed.
    """

    slug = models.CharField(max_length=120, primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="former_slugs")
    renamed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class ProductRelation(models.Model):
    """A product that staff recommend beside another."""

    class Kind(models.TextChoices):
        SIMILAR = "similar", _("Similar")
        ACCESSORY = "accessory", _("Accessory")

    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="relations")
    related = models.ForeignKey(
        Product, verbose_name=_("related product"), on_delete=models.CASCADE, related_name="related_from"
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.SIMILAR)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("related product"), _("related products")
        constraints = [
            models.UniqueConstraint(fields=["product", "related"], name="relation_once"),
            models.CheckConstraint(condition=~Q(product=F("related")), name="relation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} -> {self.related_id}"
