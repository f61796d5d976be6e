"""What verifiers read: the key set and where everything is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from apps.auth.tokens.selectors import jwks_document


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Public signing keys (RFC 7517)."""
    return JsonResponse(jwks_document(), headers={"Cache-Control": "public, max-age=60"})


@require_safe
def openid_configuration(request: HttpRequest) -> JsonResponse:
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
        "scopes_supported": ["entitlements:read", "events:read", "stock:reserve"],
    }
    return JsonResponse(document, headers={"Cache-Control": "public, max-age=300"})
