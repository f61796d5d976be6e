from django.contrib import admin
from django.urls import path

from apps.common.urls import (  # noqa: F401  (Django reads the handlers here)
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [path("admin/", admin.site.urls), *common_urlpatterns()]
