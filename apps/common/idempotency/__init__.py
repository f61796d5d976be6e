"""Idempotency keys: a POST that is sent again (a lost answer, a double click) does its work once.

class OrdersView(APIView):
    @idempotent
    def post(self, request): ...
"""

from __future__ import annotations

from typing import Any

__all__ = ["idempotent"]


def __getattr__(name: str) -> Any:
    """Load the decorator at its first use: this package is imported before the app registry is ready for models."""
    if name == "idempotent":
        from apps.common.idempotency.decorator import idempotent

        return idempotent
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
