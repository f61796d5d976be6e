"""Addresses of the storefront."""

from __future__ import annotations

from django.urls import include, path

from apps.common.metrics.views import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("", include("apps.ui.storefront.urls")),
]

handler400 = "apps.ui.storefront.errors.bad_request"
handler403 = "apps.ui.storefront.errors.forbidden"
handler404 = "apps.ui.storefront.errors.not_found"
handler500 = "apps.ui.storefront.errors.server_error"
