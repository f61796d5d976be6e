"""Reading requests."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def validated(serializer: type[Serializer], request: Request, **options: Any) -> Any:
    """The request's body as the serializer validates it. Raises ValidationError.

    `options` are the serializer's own, such as `partial=True`.
    """
    checked = serializer(data=request.data, **options)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def validated_query(serializer: type[Serializer], request: Request) -> Any:
    """The request's query string as the serializer validates it. Raises ValidationError."""
    checked = serializer(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    return checked.validated_data
