"""Imports in the admin: upload a file, preview its changes, apply them."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from apps.catalog.imports import services
from apps.catalog.imports.cells import escape
from apps.catalog.imports.models import OPEN_STATES, ImportJob, ImportRow
from apps.common.problems import NotFound, Problem
from apps.common.staff.services import staff_email

PAGE = 50
SHOWN: dict[str, Any] = {
    "": _("All rows"),
    str(ImportRow.Action.ERROR): _("Errors"),
    str(ImportRow.Action.CREATE): _("New"),
    str(ImportRow.Action.CHANGE): _("Changed"),
    str(ImportRow.Action.NOTHING): _("Unchanged"),
}
TEMPLATE = (
    "sku,title,category,kind,status,summary,price.EUR,stock\r\n"
    "MUG-1,Tall mug,home/kitchen,goods,draft,Holds half a litre,19.00,25\r\n"
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget,
        max_length=200,
        help_text=_("CSV (UTF-8) or XLSX, up to 50 MB and 200,000 rows."),
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimal separator"),
        choices=ImportJob.DecimalMark.choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Only needed if an error message asks for it, because a number such as 1.234 is ambiguous."),
    )
    is_dry_run = forms.BooleanField(
        label=_("Check only (dry run)"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "Preview all changes before anything is saved. Otherwise a file without errors is imported at once."
        ),
    )


@admin.register(ImportJob)
class ImportJobAdmin(ModelAdmin):
    list_display = ["file_name", "state", "is_dry_run", "row_count", "error_count", "requested_by", "created_at"]
    list_filter = ["state"]
    ordering = ["-created_at", "-id"]
    sortable_by: list[str] = []
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"imports_importjob_{name}")

        return [
            page("template.csv", self.template_view, "template"),
            page("<uuid:job_id>/apply/", require_POST(self.apply_view), "apply"),
            page("<uuid:job_id>/cancel/", require_POST(self.cancel_view), "cancel"),
            page("<uuid:job_id>/errors.csv", self.errors_view, "errors"),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None: imports are deleted by `cancel_import`, which also stops the worker and deletes the file."""
        return {}

    def has_delete_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._allow_writing(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                job = services.start_import(
                    file,
                    name=file.name,
                    size=file.size,
                    is_dry_run=form.cleaned_data["is_dry_run"],
                    decimal_mark=form.cleaned_data["decimal_mark"] or str(ImportJob.DecimalMark.AUTO),
                    requested_by=staff_email(request),
                )
            except Problem as problem:
                form.add_error("file", str(problem))
            else:
                return HttpResponseRedirect(_address("change", job.pk))
        return self._page(request, "backoffice/upload.html", {"title": gettext("Import products"), "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The progress and a page of the rows. The page reloads itself while a worker runs the import."""
        job = self._job(request, object_id)
        only = request.GET.get("only", "")
        only = only if only in SHOWN else ""
        after = request.GET.get("after", "0")
        rows = job.rows.filter(line__gt=int(after) if after.isdecimal() and len(after) < 10 else 0).order_by("line")
        found = list((rows.filter(action=only) if only else rows)[: PAGE + 1])
        total = job.row_count or 1
        is_open = job.state in OPEN_STATES
        own = {
            "title": job.file_name,
            "job": job,
            "rows": found[:PAGE],
            "older": found[PAGE - 1].line if len(found) > PAGE else None,
            "is_first_page": not request.GET.get("after"),
            "only": only,
            "tabs": list(SHOWN.items()),
            "is_open": is_open,
            "done": job.written_rows if job.state == ImportJob.State.WRITING else job.checked_rows,
            "total": total,
            "may_write": self.has_add_permission(request),
            "may_apply": job.state == ImportJob.State.CHECKED and job.is_dry_run and not job.error_count,
        }
        return self._page(request, "backoffice/import.html", own)

    def apply_view(self, request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
        self._allow_writing(request)
        try:
            services.apply_import(job_id)
        except Problem as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(_address("change", job_id))

    def cancel_view(self, request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
        self._allow_writing(request)
        try:
            job = services.cancel_import(job_id)
        except NotFound:
            job = None
        if job is not None:
            messages.warning(request, job.failure)
            return HttpResponseRedirect(_address("change", job_id))
        messages.success(request, gettext("The import was deleted."))
        return HttpResponseRedirect(_address("changelist"))

    def errors_view(self, request: HttpRequest, job_id: uuid.UUID) -> HttpResponseBase:
        job = self._job(request, str(job_id))
        errors = job.rows.filter(action=ImportRow.Action.ERROR).order_by("line")
        return _csv_response(_error_lines(errors), f"errors-{job.pk}.csv")

    def template_view(self, request: HttpRequest) -> HttpResponseBase:
        self._allow_writing(request)
        return _csv_response(iter([TEMPLATE]), "products.csv")

    def _allow_writing(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _job(self, request: HttpRequest, object_id: str) -> ImportJob:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return services.find_import(uuid.UUID(object_id))
        except (ValueError, NotFound) as error:
            raise Http404(gettext("There is no such import.")) from error

    def _page(self, request: HttpRequest, template: str, own: dict[str, Any]) -> TemplateResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), "opts": self.opts, **own})


def _address(page: str, *arguments: uuid.UUID) -> str:
    return reverse(f"admin:imports_importjob_{page}", args=arguments)


def _csv_response(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _error_lines(rows: QuerySet[ImportRow]) -> Iterator[str]:
    """A line for each error, with formulas escaped."""
    yield "\ufeffline,sku,column,error\r\n"
    for row in rows.iterator(chunk_size=500):
        buffer = io.StringIO()
        csv.writer(buffer).writerows(
            [row.line, escape(row.sku), escape(column), escape(sentence)]
            for column, sentences in row.errors.items()
            for sentence in sentences
        )
        yield buffer.getvalue()
