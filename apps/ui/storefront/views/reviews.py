"""One's own review of a product, and word to staff about those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.forms import ReportForm, ReviewForm
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.views.shop import product_page

CHECKED_FIRST = "Thank you. Your review will be shown after a check."


@require_POST
def post_review(request: ShopRequest, slug: str) -> HttpResponse:
    """For those who have bought it; catalog knows."""
    return _sent(request, slug, catalog.post_review)


@require_POST
def change_review(request: ShopRequest, slug: str) -> HttpResponse:
    """What its author thinks now."""
    return _sent(request, slug, catalog.change_review)


def _sent(request: ShopRequest, slug: str, send: Callable[..., Any]) -> HttpResponse:
    token = request.shop.require_token()
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            review = send(token, slug, **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status in (401, 404):
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(
                request, CHECKED_FIRST if review.status == "pending" else "Thank you. Your review is kept."
            )
            return redirect(f"/p/{slug}#reviews")
    return product_page(request, slug, form=form, status=422)


@require_POST
def delete_review(request: ShopRequest, slug: str) -> HttpResponse:
    """Take one's own review back; one that is gone already is as good."""
    try:
        catalog.delete_review(request.shop.require_token(), slug)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
    messages.success(request, "Your review is gone.")
    return redirect(f"/p/{slug}#reviews")


@require_http_methods(["GET", "HEAD", "POST"])
def report_review(request: ShopRequest, slug: str, review_id: UUID) -> HttpResponse:
    """Say what is wrong with somebody's review; staff decide."""
    token = request.shop.require_token()
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            catalog.report_review(token, str(review_id), **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status in (401, 404):
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Thank you. Somebody will look at that review.")
            return redirect(f"/p/{slug}#reviews")
    status = 422 if request.method == "POST" else 200
    return render(request, "storefront/report.html", {"form": form, "slug": slug}, status=status)
