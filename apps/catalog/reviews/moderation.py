"""Moderation of reviews by staff, and reports by customers."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.reviews.models import Review, ReviewReport
from apps.catalog.reviews.services import locked, refresh_rating
from apps.common.problems import Forbidden, NotFound, PreconditionFailed

# So many people since the last decision send an approved review back to the queue.
REPORTS_TO_QUEUE = 3
Status = Review.Status


class OwnReview(Forbidden):
    slug, title = "own-review", _("This is your own review")


def revision(review: Review) -> str:
    """Changes with what a moderator reads and with the decision."""
    images = sorted(str(image.pk) for image in review.images.all())
    seen = json.dumps([review.rating, review.title, review.body, review.status, images])
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def moderate(review_id: uuid.UUID, status: str, *, by: str, seen: str | None = None) -> Review:
    """Approve or reject a review; `by` is the moderator's e-mail, `seen` the revision that was read.

    Reports up to now are dealt with. Raises NotFound, and PreconditionFailed when author or colleague were faster.
    """
    with transaction.atomic():
        review = locked(pk=review_id)
        if seen is not None and seen != revision(review):
            raise PreconditionFailed(gettext("This review was changed meanwhile. Read it again, then decide."))
        was_shown = review.status == Status.APPROVED
        review.status, review.moderated_by, review.moderated_at = status, by, timezone.now()
        review.report_count = 0
        review.save(update_fields=["status", "moderated_by", "moderated_at", "report_count"])
        if was_shown != (status == Status.APPROVED):
            refresh_rating(review.product_id)
    return review


def report_review(review_id: uuid.UUID, *, user_id: uuid.UUID, reason: str, comment: str) -> tuple[ReviewReport, bool]:
    """Somebody finds a review abusive; the report, and whether it is new: everybody has one voice a review.

    Raises NotFound for reviews that do not show, OwnReview.
    """
    with transaction.atomic(durable=True):
        review = locked(pk=review_id)
        if review.user_id == user_id:
            raise OwnReview(gettext("You cannot report your own review; change or delete it."))
        if known := ReviewReport.objects.filter(review=review, user_id=user_id).first():
            return known, False
        if review.status != Status.APPROVED:
            raise NotFound(gettext("There is no such review."))
        report = ReviewReport.objects.create(review=review, user_id=user_id, reason=reason, comment=comment)
        Review.objects.filter(pk=review.pk).update(report_count=F("report_count") + 1)
        if review.report_count + 1 >= REPORTS_TO_QUEUE:
            Review.objects.filter(pk=review.pk).update(status=Status.PENDING)
            refresh_rating(review.product_id)
    return report, True
