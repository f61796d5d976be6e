"""Sign-in, refresh, sign-out, service tokens, signed-in devices."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.auth.caller import caller_of
from apps.auth.tokens import service_clients, services
from apps.auth.tokens.api import serializers
from apps.auth.tokens.models import Session
from apps.auth.tokens.selectors import account_of, account_of_session, live_sessions
from apps.common.api.parsers import JSONParser
from apps.common.api.requests import validated
from apps.common.api.views import PublicView
from apps.common.identity.permissions import RequireScope, principal_of


class SignInView(PublicView):
    @extend_schema(request=serializers.SignInSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password."""
        data = validated(serializers.SignInSerializer, request)
        tokens = services.sign_in(**data, caller=caller_of(request))
        return Response(serializers.TokensSerializer(tokens).data)


class RefreshView(PublicView):
    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair; the old one is used up.

        For 10 seconds the same client (address and user agent) may use it once more and gets the same pair of refresh
        tokens: two tabs may refresh at once. Any other reuse ends the session.
        """
        data = validated(serializers.RefreshSerializer, request)
        tokens = services.refresh(token=data["refresh"], caller=caller_of(request))
        return Response(serializers.TokensSerializer(tokens).data)


class RevokeView(PublicView):
    @extend_schema(request=serializers.RevokeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out: this device, or all."""
        data = validated(serializers.RevokeSerializer, request)
        services.revoke(token=data["refresh"], everywhere=data["all"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ServiceTokenView(PublicView):
    parser_classes = [JSONParser, FormParser]

    @extend_schema(request=serializers.ServiceTokenRequestSerializer, responses=serializers.ServiceTokenSerializer)
    def post(self, request: Request) -> Response:
        """A service's own token (OAuth 2.0 client credentials)."""
        data = validated(serializers.ServiceTokenRequestSerializer, request)
        data.pop("grant_type")
        token, scopes = service_clients.service_token(**data)
        fields = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()),
            "scope": " ".join(scopes),
        }
        return Response(serializers.ServiceTokenSerializer(fields).data)


class SessionAccountView(APIView):
    """Internal: the gateway does not forward it."""

    permission_classes = [RequireScope("sessions:read")]

    @extend_schema(tags=["internal"], responses=serializers.SessionAccountSerializer)
    def get(self, request: Request, session_id: UUID) -> Response:
        """Who is signed in by a session, and with which roles now; 404 when the session has ended."""
        account = account_of_session(session_id)
        return Response(serializers.SessionAccountSerializer(account).data, headers={"Cache-Control": "no-store"})


class SessionsView(ListAPIView):
    """The devices on which you are signed in."""

    serializer_class = serializers.SessionSerializer
    queryset = Session.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Session]:
        return live_sessions(account_of(principal_of(self.request)))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out every other device."""
        principal = principal_of(request)
        services.revoke_other_sessions(account_of(principal), session_id=principal.claims.get("sid"))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SessionView(APIView):
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """Sign out one device."""
        services.revoke_session(account_of(principal_of(request)), session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
