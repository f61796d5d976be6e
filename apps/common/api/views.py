"""Base views for callers who are not signed in."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

NO_STORE = {"Cache-Control": "no-store"}
# Caches may keep the response but must ask again each time, which its ETag makes cheap.
REVALIDATE = {"Cache-Control": "public, no-cache"}


class GuestView(APIView):
    """Open to everybody; a token, where one is sent, is verified and says who asks."""

    permission_classes = [AllowAny]


class PublicView(GuestView):
    """Ignores tokens: a stale one must not keep anybody from signing in."""

    authentication_classes: list[Any] = []


class AnyAccept(BaseContentNegotiation):
    """JSON whatever the client says it accepts: verifiers ask for all kinds of media types."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
