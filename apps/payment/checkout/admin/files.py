"""Files of an order in the admin: invoice, credit notes, packing slips."""

from __future__ import annotations

import uuid

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from apps.payment.documents.files import document_response, packing_slip_response
from apps.payment.documents.models import Document
from apps.payment.shipments.models import Shipment


class OrderFiles:
    """Mixin before ModelAdmin; who may look at orders may open their files."""

    admin_site: AdminSite

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:order_id>/documents/<uuid:pk>.pdf", view(self.document), name="orders_order_document"),
            path(
                "<uuid:order_id>/packing-slips/<uuid:pk>.pdf", view(self.packing_slip), name="orders_order_packing_slip"
            ),
            *super().get_urls(),  # type: ignore[misc]  # ModelAdmin's, behind this one
        ]

    def document(self, request: HttpRequest, order_id: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
        """An invoice or a credit note."""
        self._require_view_permission(request)
        return document_response(get_object_or_404(Document, order=order_id, pk=pk))

    def packing_slip(self, request: HttpRequest, order_id: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
        """What is in a parcel."""
        self._require_view_permission(request)
        shipments = Shipment.objects.select_related("order").prefetch_related("lines__line")
        return packing_slip_response(get_object_or_404(shipments, order=order_id, pk=pk))

    def _require_view_permission(self, request: HttpRequest) -> None:
        if not request.user.has_perm("orders.view_order"):
            raise PermissionDenied
