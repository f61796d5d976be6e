"""What the endpoints have in common that are called before anybody is signed in."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from apps.common.throttling import AddressThrottle


def validated(serializer: type[Serializer], request: Request, **kwargs: Any) -> dict[str, Any]:
    """The request's body as the serializer sees it; raises ValidationError."""
    checked = serializer(data=request.data, **kwargs)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


class PublicView(APIView):
    """No token is looked at: a stale one must not keep anybody from signing in."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]


class AnyAccept(BaseContentNegotiation):
    """JSON whatever the caller says it accepts: verifiers ask for all kinds of media types."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class BurstThrottle(AddressThrottle):
    """Each registration costs a password hash of many milliseconds."""

    scope, rate = "burst", "30/min"


class MailThrottle(AddressThrottle):
    """Nobody sends mail to the whole world through us."""

    scope, rate = "mail", "200/hour"


MAILING = [BurstThrottle, MailThrottle]
