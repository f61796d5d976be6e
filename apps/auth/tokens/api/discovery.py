"""Public documents for verifiers of tokens: the key set (JWKS) and the OpenID configuration."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.auth.tokens.selectors import jwks_document
from apps.auth.tokens.service_clients import SERVICE_SCOPES
from apps.common.api.views import AnyAccept, PublicView


class JwksView(PublicView):
    content_negotiation_class = AnyAccept

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Public signing keys (RFC 7517)."""
        return Response(jwks_document(), headers={"Cache-Control": "public, max-age=60"})


class OpenidConfigurationView(PublicView):
    content_negotiation_class = AnyAccept

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Discovery metadata (RFC 8414)."""
        issuer = settings.TOKEN_ISSUER
        document = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "token_endpoint": f"{issuer}/v1/tokens/service",
            "revocation_endpoint": f"{issuer}/v1/tokens/revoke",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": sorted({scope for scopes in SERVICE_SCOPES.values() for scope in scopes}),
        }
        return Response(document, headers={"Cache-Control": "public, max-age=300"})
