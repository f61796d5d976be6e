"""Files as a request's whole body."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import FileUploadParser

from apps.catalog.imports.exporting import CONTENT_TYPES
from apps.catalog.imports.models import ImportJob


class FileBody(FileUploadParser):
    """The body as `file`; its name is in Content-Disposition, if anywhere."""

    def get_filename(self, *args: Any) -> str:
        return super().get_filename(*args) or "upload"


class CsvBody(FileBody):
    media_type = "text/csv"


class XlsxBody(FileBody):
    media_type = CONTENT_TYPES[ImportJob.Format.XLSX]
