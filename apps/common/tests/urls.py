from apps.common.urls import (  # noqa: F401  (Django reads the handlers here)
    admin_urlpatterns,
    common_urlpatterns,
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [*admin_urlpatterns(), *common_urlpatterns()]
