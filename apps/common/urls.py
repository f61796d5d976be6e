"""The addresses that every service has."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from apps.common.api.docs import SchemaView, docs
from apps.common.metrics.views import metrics


def common_urlpatterns() -> list[URLPattern | URLResolver]:
    """`/schema/`, `/docs/`, `/metrics` and, where the outbox is installed, `/internal/events`.

    Health endpoints are served earlier, by HealthMiddleware; the gateway hides `/internal`, `/metrics` and health.
    """
    patterns: list[URLPattern | URLResolver] = [
        path("schema/", SchemaView.as_view(), name="schema"),
        path("docs/", docs, name="docs"),
        path("metrics", metrics, name="metrics"),
    ]
    if apps.is_installed("apps.common.outbox"):
        patterns.append(path("internal/", include("apps.common.outbox.urls")))
    return patterns


def admin_urlpatterns() -> list[URLPattern | URLResolver]:
    """`/admin/` and, in front of what it takes for pages of its own, its language menu."""
    return [
        path("admin/language/", set_language, name="set_language"),
        path("admin/", admin.site.urls),
    ]


handler400 = "apps.common.api.handlers.bad_request"
handler403 = "apps.common.api.handlers.permission_denied"
handler404 = "apps.common.api.handlers.not_found"
handler500 = "apps.common.api.handlers.server_error"
