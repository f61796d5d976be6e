"""What search engines read besides pages: robots.txt and sitemaps."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from apps.ui.storefront import sitemaps
from apps.ui.storefront.session import ShopRequest

# Pages that are personal, or lists that nobody should find elsewhere.
UNLISTED = ("account", "library", "orders", "search", "recent")
CACHED = "public, max-age=3600"


@require_safe
def robots(request: ShopRequest) -> HttpResponse:
    """robots.txt: personal pages are left out in every language, and where the sitemap is."""
    lines = ["User-agent: *"]
    for code in settings.SHOP_LANGUAGES:
        with translation.override(code):
            lines += [f"Disallow: {reverse(name)}" for name in UNLISTED]
    lines += ["Disallow: /api/", f"Sitemap: {settings.PUBLIC_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8", headers={"Cache-Control": CACHED})


@require_safe
def sitemap(request: ShopRequest) -> HttpResponse:
    """The index of sitemaps."""
    return HttpResponse("".join(sitemaps.index()), content_type="application/xml", headers={"Cache-Control": CACHED})


@require_safe
def sitemap_lists(request: ShopRequest) -> HttpResponse:
    """The sitemap of everything but products."""
    return HttpResponse("".join(sitemaps.lists()), content_type="application/xml", headers={"Cache-Control": CACHED})


@require_safe
def sitemap_products(request: ShopRequest) -> StreamingHttpResponse:
    """A sitemap of products from `?after=` on, compressed and sent as it is made."""
    texts = sitemaps.products(request.GET.get("after", "")[:400])
    # What fails, fails with the first text, before the response has begun.
    first = next(texts)

    def rest() -> Iterator[str]:
        yield first
        yield from texts

    response = StreamingHttpResponse(sitemaps.compressed(rest()), content_type="application/gzip")
    response["Cache-Control"] = CACHED
    return response
