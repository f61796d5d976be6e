"""Invoices and credit notes as files, for the owner of the order and for support."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.common.api.views import AnyAccept, GuestView
from apps.payment.access import ORDER_SECRET_HEADER, caller_of
from apps.payment.documents.attachments import MEDIA_TYPE
from apps.payment.documents.files import document_etag, document_response
from apps.payment.documents.models import Document
from apps.payment.documents.selectors import find_document, find_invoice
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import find_order

ORDER_SECRET = OpenApiParameter(ORDER_SECRET_HEADER, str, OpenApiParameter.HEADER, description="Of a guest's order.")
PDF = {(200, MEDIA_TYPE): OpenApiTypes.BINARY, 304: None}


class _PdfView(GuestView):
    openapi_tag = "orders"
    # Browsers and programs say that they accept a PDF; errors are JSON all the same.
    content_negotiation_class = AnyAccept

    def order_of(self, request: Request, number: str) -> Order:
        return find_order(number, caller_of(request, secret_header=ORDER_SECRET_HEADER))


class InvoiceView(_PdfView):
    @extend_schema(operation_id="orders_invoice_retrieve", parameters=[ORDER_SECRET], responses=PDF)
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """The invoice of a paid order, a PDF/A-3 with its XML (Factur-X, ZUGFeRD). 404 until it is issued."""
        return _response(request, find_invoice(self.order_of(request, number)))


class DocumentView(_PdfView):
    @extend_schema(operation_id="orders_document_retrieve", parameters=[ORDER_SECRET], responses=PDF)
    def get(self, request: Request, number: str, document: str) -> HttpResponseBase:
        """An invoice or a credit note of an order by its number, as a PDF/A-3 with its XML."""
        return _response(request, find_document(self.order_of(request, number), document))


def _response(request: Request, document: Document) -> HttpResponseBase:
    """304 without drawing the file again."""
    unchanged = get_conditional_response(request._request, etag=document_etag(document))
    return unchanged if isinstance(unchanged, HttpResponse) else document_response(document)
