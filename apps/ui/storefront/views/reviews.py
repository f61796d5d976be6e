"""One's own review of a product, and word to staff about those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_shapes import OwnReview
from apps.ui.storefront.forms import ReportForm, ReviewForm
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.views.shop import product_page

AWAY = "The catalogue is out of reach. Your words are still here: try again in a minute."
GONE = "That review is gone, perhaps you deleted it in another window. Send it again to post it anew."
KEPT = {
    "pending": "Thank you. Your review will be shown after a check.",
    "approved": "Thank you. Your review is kept.",
    "rejected": "Nothing in your review was changed, so it is still not shown.",
}


@require_POST
def post_review(request: ShopRequest, slug: str) -> HttpResponse:
    """For those who have bought it; catalog knows."""
    return _send(request, slug, _post_once)


@require_POST
def change_review(request: ShopRequest, slug: str) -> HttpResponse:
    """What its author thinks now."""
    return _send(request, slug, catalog.change_review)


def _post_once(token: str, slug: str, **said: Any) -> OwnReview:
    """A form that is sent twice posts once, and both answers are the same."""
    try:
        return catalog.post_review(token, slug, **said)
    except RemoteProblem as problem:
        if problem.slug == "already-reviewed":
            known = catalog.standing(token, slug).review
            if known and all(getattr(known, name) == value for name, value in said.items()):
                return known
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
            form.add_remote_errors(problem.errors, GONE if problem.status == 404 else problem.detail)
        except Unavailable:
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            level = messages.INFO if review.status == "rejected" else messages.SUCCESS
            return _back(request, slug, KEPT.get(review.status, KEPT["approved"]), level=level)
    return product_page(request, slug, form=form, status=status)


def _back(request: ShopRequest, slug: str, sentence: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    """To the product's reviews, with a word that stands there rather than above the page, which is out of sight."""
    messages.add_message(request, level, sentence, extra_tags="reviews")
    return redirect(f"/p/{slug}#reviews")


@require_POST
def delete_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Take one's own review back; one that is gone already is as good."""
    try:
        catalog.delete_review(request.shop.require_token(), slug)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
    return _back(request, slug, "Your review is deleted.")


@require_http_methods(["GET", "HEAD", "POST"])
def report_review(request: ShopRequest, slug: str, review_id: UUID) -> HttpResponse:
    """Say what is wrong with somebody's review; staff decide."""
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
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            return _back(request, slug, "Thank you. Somebody will look at that review.")
    context = {"form": form, "slug": slug}
    return render(request, "storefront/report.html", context, status=status if form.is_bound else 200)
