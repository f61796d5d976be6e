"""Addresses of the storefront: pages in the first language of the shop at the root, in others below their code."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from apps.common.metrics.views import metrics
from apps.ui.storefront.views import search_engines

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("robots.txt", search_engines.robots, name="robots"),
    path("sitemap.xml", search_engines.sitemap, name="sitemap"),
    path("sitemaps/lists.xml", search_engines.sitemap_lists, name="sitemap-lists"),
    path("sitemaps/products.xml.gz", search_engines.sitemap_products, name="sitemap-products"),
    *i18n_patterns(path("", include("apps.ui.storefront.urls")), prefix_default_language=False),
]

handler400 = "apps.ui.storefront.errors.bad_request"
handler403 = "apps.ui.storefront.errors.forbidden"
handler404 = "apps.ui.storefront.errors.not_found"
handler500 = "apps.ui.storefront.errors.server_error"
