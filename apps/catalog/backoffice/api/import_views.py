"""Imports and exports for staff."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.backoffice.api import import_serializers as serializers
from apps.catalog.backoffice.api.import_parsers import CsvBody, XlsxBody
from apps.catalog.imports import exporting, services
from apps.catalog.imports.models import ImportJob, ImportRow
from apps.common.identity.permissions import RequireRole, principal_of
from apps.common.links import public_url

IsStaff = RequireRole("catalog_staff")
PRIVATE = {"Cache-Control": "private, no-store"}
# What comes around the file in a multipart body.
ENVELOPE = 64 * 1024


class ImportsView(ListAPIView):
    """List imports, newest first."""

    permission_classes = [IsStaff]
    parser_classes = [MultiPartParser, CsvBody, XlsxBody]
    serializer_class = serializers.ImportSerializer
    queryset = ImportJob.objects.all()
    ordering = ("-created_at", "-id")

    @extend_schema(
        request={
            "multipart/form-data": serializers.UploadSerializer,
            "text/csv": OpenApiTypes.BINARY,
            exporting.CONTENT_TYPES[ImportJob.Format.XLSX]: OpenApiTypes.BINARY,
        },
        parameters=[
            OpenApiParameter("dry_run", bool, description="For a file as the request body; by default true."),
            OpenApiParameter(
                "decimal_mark",
                enum=ImportJob.DecimalMark.values,
                description="For a file as the request body: its decimal mark; detected by default.",
            ),
        ],
        responses={202: serializers.ImportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Upload a CSV or XLSX file of products, as form field `file` or as the body; `Location` is the import."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > services.MAX_BYTES + ENVELOPE:
            raise services.too_large()
        query = request.query_params
        given: dict[str, Any] = {name: query[name] for name in ("dry_run", "decimal_mark") if name in query}
        sent = request.data
        given |= dict(sent.items()) if isinstance(sent, Mapping) else {}
        upload = serializers.checked(serializers.UploadSerializer, given)
        job = services.start_import(
            upload["file"],
            name=upload["file"].name,
            size=upload["file"].size,
            is_dry_run=upload["dry_run"],
            decimal_mark=upload["decimal_mark"],
            requested_by=principal_of(request).email,
        )
        return _import_response(job, status.HTTP_202_ACCEPTED)


class ImportView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(responses=serializers.ImportSerializer)
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        """Get an import and its progress."""
        return _import_response(services.find_import(job_id), status.HTTP_200_OK)

    @extend_schema(responses={204: None, 200: serializers.ImportSerializer})
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        """Delete an import. One in progress stops after the current batch and reports how many rows it wrote."""
        job = services.cancel_import(job_id)
        return Response(status=status.HTTP_204_NO_CONTENT) if job is None else _import_response(job, status.HTTP_200_OK)


class ApplyView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=None, responses={202: serializers.ImportSerializer})
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        """Apply a dry run. Repeating it writes once; a file with errors is refused."""
        return _import_response(services.apply_import(job_id), status.HTTP_202_ACCEPTED)


class RowsView(ListAPIView):
    """List the rows of an import in the order of the file."""

    permission_classes = [IsStaff]
    serializer_class = serializers.ImportRowSerializer
    queryset = ImportRow.objects.none()
    ordering = ("line",)

    @extend_schema(parameters=[serializers.RowsQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the changes and errors of each row."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ImportRow]:
        wanted = serializers.checked(serializers.RowsQuerySerializer, self.request.query_params.dict())
        rows = services.find_import(self.kwargs["job_id"]).rows.all()
        return rows.filter(action=wanted["action"]) if "action" in wanted else rows


class ExportView(APIView):
    permission_classes = [IsStaff]
    form: str = str(ImportJob.Format.CSV)

    def get(self, request: Request) -> StreamingHttpResponse:
        """Export products as a file that can be imported again, with a row for each variant."""
        wanted = serializers.checked(serializers.ExportQuerySerializer, request.query_params.dict())
        return exporting.export_response(exporting.Filters(**wanted).products(), self.form)


def _export(form: str) -> type[ExportView]:
    """The view of a format; each has its own URL and media type."""
    media_type = exporting.CONTENT_TYPES[ImportJob.Format(form)].partition(";")[0]
    view = type(f"Export{form.title()}View", (ExportView,), {"form": form, "__module__": __name__})
    described = extend_schema(
        methods=["GET"],
        parameters=[serializers.ExportQuerySerializer],
        responses={(200, media_type): OpenApiTypes.BINARY},
    )
    return described(view)


ExportCsvView, ExportXlsxView = _export(str(ImportJob.Format.CSV)), _export(str(ImportJob.Format.XLSX))


def _import_response(job: ImportJob, code: int) -> Response:
    """The import; with its URL in `Location` while it is in progress."""
    headers = dict(PRIVATE)
    if code == status.HTTP_202_ACCEPTED:
        headers["Location"] = public_url(f"/v1/imports/{job.pk}")
    return Response(serializers.ImportSerializer(job).data, status=code, headers=headers)
