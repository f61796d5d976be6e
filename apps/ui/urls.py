"""Addresses of the storefront."""

from __future__ import annotations

from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView

urlpatterns = [
    path("metrics", ExportToDjangoView, name="metrics"),
    path("", include("apps.ui.storefront.urls")),
]

handler400 = "apps.ui.storefront.errors.bad_request"
handler403 = "apps.ui.storefront.errors.forbidden"
handler404 = "apps.ui.storefront.errors.not_found"
handler500 = "apps.ui.storefront.errors.server_error"
