"""Write, change and delete one's own review; report those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import OwnReview
from apps.ui.storefront.forms import ReportForm, ReviewForm
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.views.shop import product_page

UNAVAILABLE = "Reviews are temporarily unavailable. Your text is still here. Please try again in a minute."
REVIEW_MISSING = "This review no longer exists. Submit it again to post a new one."
REVIEW_SAVED = {
    "pending": "Thank you! We’ll publish your review once we’ve checked it.",
    "approved": "Thank you! Your review is published.",
    "rejected": "Your review is unchanged, so it is still not published.",
}


@require_POST
def post_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Post a review; catalog checks that the customer has bought the product."""
    return _send(request, slug, _post_once)


@require_POST
def change_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Change one's own review."""
    return _send(request, slug, catalog.change_review)


def _post_once(token: str, slug: str, **fields: Any) -> OwnReview:
    """Post a review; submitting the same form twice gives the same response."""
    try:
        return catalog.post_review(token, slug, **fields)
    except RemoteProblem as problem:
        if problem.slug == "already-reviewed":
            existing = catalog.review_eligibility(token, slug).review
            if existing and all(getattr(existing, name) == value for name, value in fields.items()):
                return existing
        raise


def _send(request: ShopRequest, slug: str, send: Callable[..., OwnReview]) -> HttpResponse:
    token = request.shop.require_token()
    form, status = ReviewForm(request.POST), 422
    if form.is_valid():
        try:
            review = send(token, slug, **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status == 401:
                raise
            form.add_remote_errors(problem.errors, REVIEW_MISSING if problem.status == 404 else problem.detail)
        except Unavailable:
            form.add_remote_errors({}, UNAVAILABLE)
            status = 503
        else:
            level = messages.INFO if review.status == "rejected" else messages.SUCCESS
            return _back(request, slug, REVIEW_SAVED.get(review.status, REVIEW_SAVED["approved"]), level=level)
    return product_page(request, slug, form=form, status=status)


def _back(request: ShopRequest, slug: str, sentence: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    """Redirect to the product's reviews, with a message that is shown there and not at the top of the page."""
    messages.add_message(request, level, sentence, extra_tags="reviews")
    return redirect(reverse("product", args=[slug]) + "#reviews")


@require_POST
def delete_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Delete one's own review; ignored when it no longer exists."""
    try:
        catalog.delete_review(request.shop.require_token(), slug)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
    return _back(request, slug, "Your review has been deleted.")


@require_http_methods(["GET", "HEAD", "POST"])
def report_review(request: ShopRequest, slug: str, review_id: UUID) -> HttpResponse:
    """Report a review to staff."""
    token = request.shop.require_token()
    form, status = ReportForm(request.POST or None), 422
    if request.method == "POST" and form.is_valid():
        try:
            catalog.report_review(token, str(review_id), **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status in (401, 404):
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, UNAVAILABLE)
            status = 503
        else:
            return _back(request, slug, "Thank you. We’ll look at this review.")
    context = {"form": form, "slug": slug}
    return render(request, "storefront/report.html", context, status=status if form.is_bound else 200)
