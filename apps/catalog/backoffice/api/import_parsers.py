"""Parser of a file as the request body."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import FileUploadParser

from apps.catalog.imports.exporting import CONTENT_TYPES
from apps.catalog.imports.models import ImportJob


class FileBody(FileUploadParser):
    """Parses the body as `file`; the file name may be in Content-Disposition."""

    def get_filename(self, *args: Any) -> str:
        return super().get_filename(*args) or "upload"


class CsvBody(FileBody):
    media_type = "text/csv"


class XlsxBody(FileBody):
    media_type = CONTENT_TYPES[ImportJob.Format.XLSX]
