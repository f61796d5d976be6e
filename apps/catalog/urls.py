"""Addresses of the catalog service."""

from __future__ import annotations

from django.urls import include, path

from apps.catalog import shared_views
from apps.catalog.discovery.api.cached import cached
from apps.catalog.discovery.api.query import PARAMETERS
from apps.catalog.discovery.api.share_images import ShareImageView
from apps.common.urls import (  # noqa: F401  (Django looks the handlers up here)
    admin_urlpatterns,
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [
    path("v1/products", cached(shared_views.ProductsView.as_view(), *PARAMETERS, refuses_others=True)),
    path("v1/products/<slug:slug>", cached(shared_views.ProductView.as_view(), "currency", "lang")),
    path("v1/products/<slug:slug>/share-image", cached(ShareImageView.as_view(), "lang")),
    path("v1/categories", cached(shared_views.CategoriesView.as_view(), "lang")),
    path("v1/categories/<path:path>", cached(shared_views.CategoryView.as_view(), "lang")),
    path("v1/collections", cached(shared_views.CollectionsView.as_view(), "currency", "lang")),
    path("v1/collections/<slug:slug>", cached(shared_views.CollectionView.as_view(), "currency", "lang")),
    path("v1/", include("apps.catalog.discovery.api.urls")),
    path("v1/", include("apps.catalog.pages.api.urls")),
    path("v1/", include("apps.catalog.reviews.api.urls")),
    path("v1/", include("apps.catalog.wishlists.api.urls")),
    path("v1/", include("apps.catalog.inventory.api.urls")),
    path("v1/", include("apps.catalog.backoffice.api.urls")),
    *admin_urlpatterns(),
    *common_urlpatterns(),
]
