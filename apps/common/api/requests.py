"""Reading requests."""

from __future__ import annotations

from functools import cache
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def validated(serializer: type[Serializer], request: Request, **options: Any) -> Any:
    """The request's body as the serializer validates it. Raises ValidationError.

    `options` are the serializer's own, such as `partial=True`.
    """
    if not options:
        return shared(serializer).run_validation(request.data)
    checked = serializer(data=request.data, **options)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def validated_query(serializer: type[Serializer], request: Request) -> Any:
    """The request's query string as the serializer validates it. Raises ValidationError."""
    return shared(serializer).run_validation(request.query_params.dict())


@cache
def shared(serializer: type[Serializer]) -> Serializer:
    """The process's one instance of a serializer that needs neither data nor context of its own.

    To make one, REST framework copies each of its fields, which takes longer than to use it. It keeps nothing of what
    passes through `run_validation` and `to_representation`, so threads share it.
    """
    return serializer()
