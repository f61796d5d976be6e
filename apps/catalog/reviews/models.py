"""Reviews, and who may write them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models import Product
from apps.common.ids import uuid7


class Purchase(models.Model):
    """A product sold by an order (`order.paid`). Guests and deleted accounts have no `user_id`."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="purchases")
    user_id = models.UUIDField(null=True, blank=True)
    order_number = models.CharField(max_length=32)
    # Units that were not paid back.
    quantity = models.PositiveIntegerField(default=1)
    # Units refunded, by event: `{"0199…": 1}`. An event that is delivered again changes nothing.
    returns = models.JSONField(default=dict, editable=False)

    class Meta:
        constraints = [
            # Events may be replayed: each order counts a product's sales once.
            models.UniqueConstraint(fields=["order_number", "product"], name="purchase_once_per_order")
        ]
        indexes = [models.Index(fields=["user_id", "product"], name="purchase_by_user")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.order_number}"


class Review(models.Model):
    """A buyer's review. Only approved reviews show and count."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waits for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="reviews")
    user_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(_("author"), max_length=80)
    rating = models.PositiveSmallIntegerField(_("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=4000, blank=True)
    is_verified = models.BooleanField(_("verified purchase"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    moderated_by = models.CharField(_("moderated by"), max_length=254, blank=True)
    moderated_at = models.DateTimeField(_("moderated at"), null=True, blank=True)
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name, verbose_name_plural = _("review"), _("reviews")
        constraints = [
            # A double click posts once.
            models.UniqueConstraint(fields=["product", "user_id"], name="review_once_per_user"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_1_to_5"),
        ]
        indexes = [
            models.Index(fields=["product", "-created_at", "id"], name="review_list"),
            models.Index(fields=["product", "rating", "-created_at", "id"], name="review_list_by_rating"),
            # The admin's lists: newest first, of each state.
            models.Index(fields=["status", "-id"], name="review_by_status"),
            # The queue: what waits, and what was reported.
            models.Index(fields=["created_at"], name="review_queue", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.title}"


MAX_IMAGES = 4


class ReviewImage(models.Model):
    """An image that the author of a review added; it shows with the review. Renditions are those of ProductImage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="images")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    renditions = models.JSONField()
    # Of the uploaded file: sent again, it is not added again.
    checksum = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            # Two uploads at once: no more images than there are positions.
            models.UniqueConstraint(fields=["review", "position"], name="review_image_once_a_position"),
            models.CheckConstraint(condition=Q(position__lt=MAX_IMAGES), name="review_images_are_few"),
        ]

    def __str__(self) -> str:
        return f"image {self.position} of {self.review_id}"


class ReviewReport(models.Model):
    """A report of a review as abusive."""

    class Reason(models.TextChoices):
        OFFENSIVE = "offensive", _("Offensive")
        SPAM = "spam", _("advertising")
        PRIVATE = "private", _("private data of somebody")
        OFF_TOPIC = "off_topic", _("not about the product")

    review = models.ForeignKey(Review, verbose_name=_("review"), on_delete=models.CASCADE, related_name="reports")
    user_id = models.UUIDField(null=True)
    reason = models.CharField(_("reason"), max_length=9, choices=Reason)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints = [
            # One person, one voice, however often the button is pressed.
            models.UniqueConstraint(fields=["review", "user_id"], name="report_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.review_id}"
