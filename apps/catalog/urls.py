"""Addresses of the catalog service."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from apps.common.urls import (  # noqa: F401  (Django looks the handlers up here)
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [
    path("v1/", include("apps.catalog.reviews.api.urls")),
    path("v1/", include("apps.catalog.inventory.api.urls")),
    path("v1/", include("apps.catalog.products.api.urls")),
    path("v1/", include("apps.catalog.imports.api.urls")),
    path("v1/", include("apps.catalog.discovery.api.urls")),
    path("admin/", admin.site.urls),
    *common_urlpatterns(),
]
