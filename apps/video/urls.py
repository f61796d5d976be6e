"""Addresses of the video service. `/stream/…` is the gateway's: segments never pass through Python."""

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
from apps.video.playback.admin import preview

urlpatterns = [
    path("v1/", include("apps.video.playback.api.urls")),
    path("v1/", include("apps.video.encoding.api.urls")),
    path("v1/", include("apps.video.titles.api.urls")),
    path("v1/", include("apps.video.uploads.api.urls")),
    # In front of what the admin takes for pages of its own.
    path("admin/", include(preview.urls())),
    *admin_urlpatterns(),
    *common_urlpatterns(),
]
