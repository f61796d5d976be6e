"""Export of the list of products as CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from apps.catalog.imports import exporting
from apps.catalog.imports.models import ImportJob


class ExportAdmin:
    """Mixin before ModelAdmin: the list of products gets export links."""

    change_list_template = "backoffice/product_list.html"
    opts: Any
    admin_site: Any
    get_changelist_instance: Callable[[HttpRequest], Any]
    has_view_permission: Callable[[HttpRequest], bool]

    def get_urls(self) -> list[URLPattern]:
        own = path("export/<str:form>/", self.admin_site.admin_view(self.export_view), name=self._export_name())
        return [own, *super().get_urls()]  # type: ignore[misc]  # ModelAdmin's, behind this one

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """All products that match the list's filters and search, not only those of its present page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if form not in ImportJob.Format.values:
            raise Http404(gettext("There is no export of this format."))
        return exporting.export_response(self.get_changelist_instance(request).get_queryset(request), form)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        shown = request.GET.copy()
        shown.pop("p", None)
        query = f"?{shown.urlencode()}" if shown else ""
        address = f"admin:{self._export_name()}"
        exports = [
            (label, reverse(address, args=[form], current_app=self.admin_site.name) + query)
            for form, label in (("csv", gettext("Export CSV")), ("xlsx", gettext("Export XLSX")))
        ]
        own = {"exports": exports, **(extra_context or {})}
        return super().changelist_view(request, own)  # type: ignore[misc]  # ModelAdmin's

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"
