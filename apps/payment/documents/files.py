"""HTTP responses with documents."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from apps.payment.documents.attachments import MEDIA_TYPE
from apps.payment.documents.models import Document
from apps.payment.documents.rendering import render_document, render_packing_slip
from apps.payment.shipments.models import Shipment


def document_etag(document: Document) -> str:
    """A document never changes; how it is drawn may, with a release."""
    return f'"{hashlib.sha256(f"{document.number} {settings.VERSION}".encode()).hexdigest()[:32]}"'


def document_response(document: Document) -> HttpResponse:
    """The file, for this customer alone. Raises TypesettingFailed."""
    response = pdf_response(render_document(document), document.file_name)
    response["ETag"] = document_etag(document)
    response["Cache-Control"] = "private, no-cache"
    return response


def packing_slip_response(shipment: Shipment) -> HttpResponse:
    """The file. Raises TypesettingFailed."""
    return pdf_response(render_packing_slip(shipment), f"packing-slip-{shipment.order.number}.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Shown by browsers, and saved under its name."""
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    return response
