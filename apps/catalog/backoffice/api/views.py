"""Base classes and helpers of the staff's views."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.backoffice.api.optimistic_locking import PRIVATE
from apps.common.identity.permissions import RequireRole
from apps.common.problems import NotFound

IsCatalogStaff = RequireRole("catalog_staff")


class StaffView(APIView):
    permission_classes = [IsCatalogStaff]


class StaffWrites(APIView):
    """Writes of staff at URLs that anybody may read."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsCatalogStaff()]


class StaffListView(ListAPIView):
    permission_classes = [IsCatalogStaff]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = PRIVATE["Cache-Control"]
        return response


def found(rows: QuerySet[Any]) -> Any:
    """The single row of the queryset. Raises NotFound."""
    row = rows.first()
    if row is None:
        raise NotFound(gettext("Nothing has this name."))
    return row
