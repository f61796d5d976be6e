"""Sign-in, refresh, sign-out, service tokens, signed-in devices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.auth.accounts.backends import client_address
from apps.auth.accounts.selectors import account_of
from apps.auth.tokens import services
from apps.auth.tokens.api import serializers
from apps.auth.tokens.models import Session
from apps.auth.tokens.selectors import live_sessions


class PublicView(APIView):
    """Called before anybody is signed in: no token is looked at."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def validated(self, serializer: type, request: Request) -> dict[str, Any]:
        """The request's body as the serializer sees it; raises ValidationError."""
        checked = serializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data


class SignInView(PublicView):
    @extend_schema(request=serializers.SignInSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password."""
        data = self.validated(serializers.SignInSerializer, request)
        agent = request.headers.get("X-Client-User-Agent") or request.headers.get("User-Agent", "")
        tokens = services.sign_in(**data, address=client_address(request), user_agent=agent)
        return Response(serializers.TokensSerializer(tokens).data, headers={"Cache-Control": "no-store"})


class RefreshView(PublicView):
    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair; the old one is used up."""
        data = self.validated(serializers.RefreshSerializer, request)
        tokens = services.refresh(token=data["refresh"])
        return Response(serializers.TokensSerializer(tokens).data, headers={"Cache-Control": "no-store"})


class RevokeView(PublicView):
    @extend_schema(request=serializers.RevokeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out: this device, or all."""
        data = self.validated(serializers.RevokeSerializer, request)
        services.revoke(token=data["refresh"], everywhere=data["all"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ServiceTokenView(PublicView):
    parser_classes = [JSONParser, FormParser]

    @extend_schema(request=serializers.ServiceTokenRequestSerializer, responses=serializers.ServiceTokenSerializer)
    def post(self, request: Request) -> Response:
        """A service's own token (OAuth 2.0 client credentials)."""
        data = self.validated(serializers.ServiceTokenRequestSerializer, request)
        data.pop("grant_type")
        token, scopes = services.service_token(**data)
        answer = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()),
            "scope": " ".join(scopes),
        }
        return Response(serializers.ServiceTokenSerializer(answer).data, headers={"Cache-Control": "no-store"})


class SessionsView(ListAPIView):
    """The devices on which you are signed in."""

    serializer_class = serializers.SessionSerializer
    queryset = Session.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self):
        return live_sessions(account_of(self.request.user))


class SessionView(APIView):
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, session_id) -> Response:
        """Sign out one device."""
        services.revoke_session(account_of(request.user), session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
