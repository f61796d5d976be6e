"""Write, change and delete one's own review, on a page of its own; report those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import OwnReview, Product, ReviewEligibility
from apps.ui.storefront.community_forms import MAX_IMAGES, ReportForm, ReviewForm
from apps.ui.storefront.errors import sentence_of
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

FORM = require_http_methods(["GET", "HEAD", "POST"])
UNAVAILABLE = _("Reviews are temporarily unavailable. Your text is still here. Please try again in a minute.")
SIGNED_OUT = _("You’re signed out. Sign in on another tab, then send your review again. Your text is still here.")
REVIEW_MISSING = _("This review no longer exists. Submit it again to post a new one.")
REVIEW_SAVED = {
    "pending": _("Thank you! We’ll publish your review once we’ve checked it."),
    "approved": _("Thank you! Your review is published."),
    "rejected": _("Your review is unchanged, so it is still not published."),
}


@FORM
def write_review(request: ShopRequest, slug: str) -> HttpResponse:
    """One's own review: its state and its form, or why one cannot write any."""
    if request.method == "POST":
        return _submit(request, slug)
    token = request.shop.token
    product = catalog.product(slug)
    known = catalog.review_eligibility(token, slug) if token else ReviewEligibility()
    form = None
    if known.review or known.may_review:
        form = ReviewForm(initial=_initial(known.review) if known.review else None)
    return _page(request, slug, product=product, known=known, form=form, is_change=known.review is not None)


def _submit(request: ShopRequest, slug: str) -> HttpResponse:
    """Post the review, or change the one that the form was filled with. Whatever goes wrong, the text stays."""
    form, is_change, status = ReviewForm(request.POST), "change" in request.POST, 422
    token = request.shop.token
    if token is None:
        form.add_error(None, SIGNED_OUT)
    elif form.is_valid():
        send: Callable[..., OwnReview] = catalog.change_review if is_change else _post_once
        try:
            review = send(token, slug, **form.text_fields())
        except RemoteProblem as problem:
            if problem.status == 401:
                request.shop.sign_out()
                form.add_error(None, SIGNED_OUT)
            else:
                form.add_remote_errors(problem.errors, _sentence(problem, is_change=is_change))
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            review = _add_images(request, token, slug, review)
            level = messages.INFO if review.status == "rejected" else messages.SUCCESS
            messages.add_message(request, level, REVIEW_SAVED.get(review.status, REVIEW_SAVED["approved"]))
            return redirect("write-review", slug=slug)
    token = request.shop.token
    known = ReviewEligibility()
    if token:
        known = fetch_or_default(lambda: catalog.review_eligibility(token, slug), known).result()
        # It was written or deleted in another tab meanwhile.
        is_change = is_change if status == 503 else known.review is not None
    product = fetch_or_default(lambda: catalog.product(slug), None).result()
    return _page(request, slug, product=product, known=known, form=form, is_change=is_change, status=status)


def _add_images(request: ShopRequest, token: str, slug: str, review: OwnReview) -> OwnReview:
    """Add the files of the form to the saved review; what could not be added is reported by name."""
    for file in request.FILES.getlist("images")[:MAX_IMAGES]:
        name = file.name or "image"
        try:
            content = (name, file.read(), file.content_type or "application/octet-stream")
            review = catalog.add_review_image(token, slug, content)
        except RemoteProblem as problem:
            reason = sentence_of(problem)
            messages.error(request, f"{name}: {reason}")
        except Unavailable:
            sentence = gettext("%(name)s could not be sent. Your text is saved; please add the image again later.")
            messages.error(request, sentence % {"name": name})
    return review


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


def _initial(review: OwnReview) -> dict[str, Any]:
    return {"rating": review.rating, "title": review.title, "body": review.body}


def _sentence(problem: RemoteProblem, *, is_change: bool) -> str:
    return str(REVIEW_MISSING) if is_change and problem.status == 404 else problem.detail


def _page(
    request: ShopRequest,
    slug: str,
    *,
    product: Product | None,
    known: ReviewEligibility,
    form: ReviewForm | None,
    is_change: bool,
    status: int = 200,
) -> HttpResponse:
    """The page; without the product, whose name it shows, while catalog is down."""
    context = {
        "slug": slug,
        "product": product,
        "review": known.review,
        "form": form,
        "is_change": is_change,
        "next": reverse("write-review", args=[slug]),
        "is_signed_in": request.shop.token is not None,
    }
    return render(request, "storefront/review.html", context, status=status)


@require_POST
def delete_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Delete one's own review; ignored when it no longer exists."""
    try:
        catalog.delete_review(request.shop.require_token(), slug)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
    messages.success(request, gettext("Your review has been deleted."))
    return redirect("write-review", slug=slug)


@require_POST
def delete_image(request: ShopRequest, slug: str, image_id: UUID) -> HttpResponse:
    """Remove an image of one's own review; ignored when it no longer exists."""
    try:
        catalog.remove_review_image(request.shop.require_token(), slug, str(image_id))
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
    messages.success(request, gettext("The image has been removed."))
    return redirect("write-review", slug=slug)


@FORM
def report_review(request: ShopRequest, slug: str, review_id: UUID) -> HttpResponse:
    """Report a review to staff."""
    token = request.shop.require_token()
    form, status = ReportForm(request.POST if request.method == "POST" else None), 422
    if request.method == "POST" and form.is_valid():
        try:
            catalog.report_review(token, str(review_id), **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status in (401, 404):
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            # Shown beside the reviews, where the page opens, and not at its top.
            messages.success(request, gettext("Thank you. We’ll look at this review."), extra_tags="reviews")
            return redirect(reverse("product", args=[slug]) + "#reviews")
    context = {"form": form, "slug": slug}
    return render(request, "storefront/report.html", context, status=status if form.is_bound else 200)
