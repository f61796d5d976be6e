"""Idempotency keys: a POST that is sent again (a lost response, a double click) does its work once.

class OrdersView(APIView):
    @idempotent
    def post(self, request): ...

`idempotent` demands a key: for what moves money or stock. `optionally_idempotent` is for all else that creates.
`request_key(request)` is the key, for views that key their work by it.
"""

from __future__ import annotations

from typing import Any

__all__ = ["idempotent", "optionally_idempotent", "request_key"]


def __getattr__(name: str) -> Any:
    """Load a decorator at its first use: this package is imported before the app registry is ready for models."""
    if name in __all__:
        from apps.common.idempotency import decorator

        return getattr(decorator, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
