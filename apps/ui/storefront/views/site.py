"""What belongs to the whole site: pages of text, about, recently viewed products, the manifest for home screens."""

from __future__ import annotations

import hashlib
import re

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_POST, require_safe

from apps.common.languages import current_language
from apps.ui.storefront import breadcrumbs, currency
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import ProductPage
from apps.ui.storefront.navigation import safe_next_url
from apps.ui.storefront.pages import shared_page
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

FONTS = ("vendor/instrument-sans.woff2", "vendor/bricolage-grotesque.woff2")
MAX_RECENT = 12
SLUG = re.compile(r"\A[\w-]{1,200}\Z")


@require_safe
def about(request: ShopRequest) -> HttpResponse:
    """About the shop: test cards, demo accounts, APIs."""
    return shared_page(request, "storefront/about.html", sources=(), context=dict)


@require_safe
def text_page(request: ShopRequest, slug: str) -> HttpResponse:
    """A page of text that staff wrote, such as the imprint."""
    found = catalog.text_page(slug)
    crumbs = breadcrumbs.of_list(found.title)
    return shared_page(
        request, "storefront/page.html", sources=(found,), context=lambda: {"page": found, "crumbs": crumbs}
    )


@require_POST
def change_currency(request: ShopRequest) -> HttpResponse:
    """Show prices in another currency from now on, beginning with the page that the form was on."""
    code = request.POST.get("currency", "")
    if code not in settings.SHOP_CURRENCIES:
        return HttpResponseBadRequest(gettext("The shop has no prices in this currency."))
    response = redirect(safe_next_url(request))
    currency.remember(response, code)
    return response


@require_safe
def recent(request: ShopRequest) -> HttpResponse:
    """The products of `?slugs=`, which the visitor's browser remembers, as a part of a page; empty for none."""
    slugs = [slug for slug in request.GET.get("slugs", "").split(",") if SLUG.match(slug)][:MAX_RECENT]
    none = ProductPage((), None, None)
    found = fetch_or_default(lambda: catalog.products_named(slugs), none).result() if slugs else none
    if not found.results:
        return HttpResponse()
    return render(request, "storefront/recent.html", {"products": found.results})


@require_safe
def offline(request: ShopRequest) -> HttpResponse:
    """What a browser shows while it cannot reach the shop; its worker keeps this page."""
    return shared_page(request, "storefront/offline.html", sources=(), context=dict)


@require_safe
def worker(request: ShopRequest) -> HttpResponse:
    """The service worker of this language; it keeps the offline page and the files that it needs."""
    files = [static("storefront/shop.css"), static("storefront/icon.svg"), *(static(name) for name in FONTS)]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    context = {"page": reverse("offline"), "files": files, "version": version}
    return render(request, "storefront/worker.js", context, content_type="text/javascript")


@require_safe
def speculation_rules(request: ShopRequest) -> HttpResponse:
    """What browsers may fetch when a visitor hovers over a link: pages for everybody, none that changes anything."""
    products = reverse("product", args=["slug"]).removesuffix("slug")
    public = [reverse("home"), *(f"{address}*" for address in (reverse("shop"), reverse("collections"), products))]
    rule = {"where": {"href_matches": public}, "eagerness": "moderate"}
    return JsonResponse(
        {"prefetch": [rule]},
        content_type="application/speculationrules+json",
        headers={"Cache-Control": "public, max-age=86400"},
    )


@require_safe
def manifest(request: ShopRequest) -> JsonResponse:
    """The web app manifest: name, colours and icons on a home screen."""
    body = {
        "name": "StreamCart",
        "short_name": "StreamCart",
        "description": gettext("Good things, and films that stay."),
        "lang": current_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#f6f4ef",
        "theme_color": "#fffefb",
        "icons": [
            {"src": static("storefront/icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": static("storefront/icon-192.png"), "type": "image/png", "sizes": "192x192"},
            {"src": static("storefront/icon-512.png"), "type": "image/png", "sizes": "512x512"},
        ],
    }
    headers = {"Cache-Control": "public, max-age=86400"}
    return JsonResponse(body, content_type="application/manifest+json", headers=headers)
