"""Addresses of the auth service."""

from __future__ import annotations

from django.urls import include, path

from apps.auth.lifecycle.api.internal_views import AccountsView
from apps.auth.tokens.api import discovery
from apps.auth.tokens.api.views import SessionAccountView
from apps.common.urls import (  # noqa: F401  (Django looks the handlers up here)
    admin_urlpatterns,
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [
    path("v1/", include("apps.auth.lifecycle.api.urls")),
    path("v1/", include("apps.auth.tokens.api.urls")),
    path("internal/accounts", AccountsView.as_view(), name="accounts"),
    path("internal/sessions/<uuid:session_id>", SessionAccountView.as_view(), name="session-account"),
    path(".well-known/jwks.json", discovery.JwksView.as_view(), name="jwks"),
    path(
        ".well-known/openid-configuration",
        discovery.OpenidConfigurationView.as_view(),
        name="openid-configuration",
    ),
    *admin_urlpatterns(),
    *common_urlpatterns(),
]
