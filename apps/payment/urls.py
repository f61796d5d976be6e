"""Addresses of the payment service."""

from __future__ import annotations

from django.urls import include, path

from apps.common.urls import (  # noqa: F401  (Django looks the handlers up here)
    admin_urlpatterns,
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [
    path("v1/", include("apps.payment.carts.api.urls")),
    path("v1/", include("apps.payment.checkout.api.urls")),
    path("v1/", include("apps.payment.documents.api.urls")),
    path("v1/", include("apps.payment.payments.api.urls")),
    path("v1/", include("apps.payment.refunds.api.urls")),
    path("v1/", include("apps.payment.shipments.api.urls")),
    path("v1/", include("apps.payment.subscriptions.api.urls")),
    *admin_urlpatterns(),
    *common_urlpatterns(),
]
