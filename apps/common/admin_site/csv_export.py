"""A list in the admin that can be exported as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, reverse


class CsvExport:
    """Mixin before ModelAdmin: a link above the list exports all rows that match its filters and search.

    `csv_columns` are the names in the first line, `csv_name` is the file's without its ending. `csv_rows` gives the
    values of the other lines, none of which begins as formulas do (`=`, `+`, `-`, `@`) unless it is a number.
    """

    change_list_template = "admin_site/list_with_export.html"
    csv_columns: Sequence[str]
    csv_name: str
    csv_rows: Callable[[QuerySet[Any]], Iterable[Sequence[Any]]]
    opts: Any
    admin_site: Any
    get_changelist_instance: Callable[[HttpRequest], Any]
    has_view_permission: Callable[[HttpRequest], bool]

    def get_urls(self) -> list[URLPattern]:
        own = path("export.csv", self.admin_site.admin_view(self.export_view), name=self._export_name())
        return [own, *super().get_urls()]  # type: ignore[misc]  # ModelAdmin's, behind this one

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        shown = request.GET.copy()
        shown.pop("p", None)
        address = reverse(f"admin:{self._export_name()}", current_app=self.admin_site.name)
        own = {"export": f"{address}?{shown.urlencode()}" if shown else address, **(extra_context or {})}
        return super().changelist_view(request, own)  # type: ignore[misc]  # ModelAdmin's

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """All rows that match the list's filters and search, not only those of its present page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        return StreamingHttpResponse(
            _lines(self.csv_columns, self.csv_rows(rows)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{self.csv_name}.csv"',
                "Cache-Control": "private, no-store",
            },
        )

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"


class _Echo:
    """Gives back what is written, so that a line can be sent as soon as it is made."""

    def write(self, line: str) -> str:
        return line


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Spreadsheets take UTF-8 for what it is by this mark.
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow(row)
