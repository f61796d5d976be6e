"""The read model of the shop: one row a product with all that lists, filters, facets and search need of it."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models import Product, Variant


class Listing(models.Model):
    """A product as browsing sees it. Written by `listings.refresh` in the transaction that changed the product.

    `changed_in` is the id of the transaction that wrote the row last, so that a process which knows the catalogue as of
    some snapshot can ask for what came after it (decision 0012).
    """

    class Availability(models.TextChoices):
        IN_STOCK = "in_stock", _("In stock")
        LOW_STOCK = "low_stock", _("Low stock")
        BACKORDER = "backorder", _("Backorder")
        PREORDER = "preorder", _("Preorder")
        OUT_OF_STOCK = "out_of_stock", _("Out of stock")
        DIGITAL = "digital", _("Digital")

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    # A small name for the product, from a sequence: what numbers in arrays are made of.
    number = models.IntegerField(unique=True, db_default=Func(Value("discovery_listing_number"), function="nextval"))
    is_published = models.BooleanField()
    shows_from = models.DateTimeField(null=True)
    shows_until = models.DateTimeField(null=True)
    kind = models.CharField(max_length=8)
    category_id = models.BigIntegerField()
    brand_id = models.BigIntegerField(null=True)
    is_featured = models.BooleanField()
    sales_count = models.IntegerField()
    rating_average = models.FloatField()
    rating_count = models.IntegerField()
    availability = models.CharField(max_length=12, choices=Availability)
    # By currency: {"EUR": {"amount": 1490, "regular": 1990, "varies": true}}, of the cheapest variant at this time.
    prices = models.JSONField()
    # By code: {"material": ["oak"], "handmade": ["true"]} and {"height": 34.0}.
    keys = models.JSONField()
    numbers = models.JSONField()
    # What a list shows, by language for texts; see `cards`.
    card = models.JSONField()
    # When a sale begins or ends next, so that prices have to be worked out again.
    reprice_at = models.DateTimeField(null=True)
    changed_in = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["changed_in"], name="listing_changed_in"),
            # The admin's filter.
            models.Index(fields=["availability"], name="listing_availability"),
            models.Index(fields=["reprice_at"], name="listing_reprice", condition=models.Q(reprice_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"listing {self.number}"


class SearchDocument(models.Model):
    """The words by which a product is found, each with its weight. Written with its listing, when they changed.

    Apart from the listing, so that a search reads no more than it needs, and sold units or a new price leave the
    index of words alone.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="search_document")
    number = models.IntegerField(unique=True)
    is_published = models.BooleanField()
    document = SearchVectorField()
    changed_in = models.BigIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["document"], name="document_words"),
            models.Index(fields=["changed_in"], name="document_changed_in"),
        ]

    def __str__(self) -> str:
        return f"document {self.number}"


class OfferedPrice(models.Model):
    """What a variant of a published product costs from `since` on, sales included: minor units.

    Written with the listing, whenever that is another amount than before. The EU's Price Indication Directive asks for
    the lowest price before a sale.
    """

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency", "since"], name="offered_price_once_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} since {self.since:%Y-%m-%d}"


class Posting(models.Model):
    """The published products that hold a word, packed; see `postings`."""

    word = models.TextField(primary_key=True, db_collation="C")
    # 4 bytes each, ascending, most significant byte first; and for each its weight of a hundred, a byte.
    numbers = models.BinaryField()
    weights = models.BinaryField()

    def __str__(self) -> str:
        return self.word


class Packing(models.Model):
    """One row: documents written by this transaction or a later one are not surely among the postings."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    packed_in = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="packing_is_one_row")]

    def __str__(self) -> str:
        return str(self.packed_in)


class TaxonomyStamp(models.Model):
    """One row: the transaction that last changed a category, a brand, an attribute, a choice or a collection."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    changed_in = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="taxonomy_stamp_is_one_row")]

    def __str__(self) -> str:
        return str(self.changed_in)


class SearchWord(models.Model):
    """A word that some product's title, brand or attributes hold: what a misspelt word may have meant."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="listing_word_trigram", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


class ZeroResultSearch(models.Model):
    """What shoppers searched for on a day and did not find."""

    text = models.CharField(_("search terms"), max_length=100)
    day = models.DateField(_("day"))
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        verbose_name, verbose_name_plural = _("search without results"), _("searches without results")
        constraints = [models.UniqueConstraint(fields=["day", "text"], name="zero_result_search_once_a_day")]

    def __str__(self) -> str:
        return self.text
