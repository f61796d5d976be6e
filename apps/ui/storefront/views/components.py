"""The page that shows every component of the storefront, for those who build pages with them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.ui.storefront.community_forms import ReportForm
from apps.ui.storefront.forms import SignInForm
from apps.ui.storefront.session import ShopRequest

PLACED_AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


@require_safe
def components(request: ShopRequest) -> HttpResponse:
    """Every component with sample content; search engines are asked to leave it out."""
    form = SignInForm({"email": "ada@example", "password": ""})
    steps = [
        {"label": gettext("Ordered"), "moment": PLACED_AT, "state": "done"},
        {"label": gettext("Paid"), "moment": PLACED_AT, "state": "done"},
        {"label": gettext("Shipped"), "detail": gettext("We’re packing your parcel"), "state": "current"},
        {"label": gettext("Arrives"), "detail": "", "state": "coming"},
    ]
    context = {"form": form, "free_form": ReportForm(), "steps": steps}
    return render(request, "storefront/components.html", context)
