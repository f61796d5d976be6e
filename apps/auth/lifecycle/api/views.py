"""Registration, confirmation, passwords, profile and address book."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.auth.accounts import address_book
from apps.auth.accounts.models import Address
from apps.auth.accounts.selectors import address_of
from apps.auth.caller import caller_of
from apps.auth.lifecycle import services
from apps.auth.lifecycle.api import serializers
from apps.auth.lifecycle.selectors import export_of
from apps.auth.throttling import MAIL_THROTTLES
from apps.auth.tokens.selectors import account_of
from apps.common.api.requests import validated
from apps.common.api.views import PublicView
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import principal_of
from apps.common.languages import current_language

CHECK_MAIL = _("Check your mail: if there is something to do, a message says what.")


class RegisterView(PublicView):
    openapi_tag = "accounts"
    throttle_classes = MAIL_THROTTLES

    @extend_schema(request=serializers.RegisterSerializer, responses={202: serializers.DetailSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Open an account. The response is the same whether or not the address is known."""
        fields = validated(serializers.RegisterSerializer, request)
        services.register(**({"language": current_language()} | fields))
        return Response({"detail": str(CHECK_MAIL)}, status=status.HTTP_202_ACCEPTED)


class VerifyEmailView(PublicView):
    openapi_tag = "accounts"

    @extend_schema(request=serializers.LinkSerializer, responses=serializers.VerifiedSerializer)
    def post(self, request: Request) -> Response:
        """Confirm an address with the token of the mailed link."""
        user = services.verify_email(**validated(serializers.LinkSerializer, request))
        return Response({"email": user.email})


class ResendVerificationView(PublicView):
    openapi_tag = "accounts"
    throttle_classes = MAIL_THROTTLES

    @extend_schema(request=serializers.AccountEmailSerializer, responses={202: serializers.DetailSerializer})
    def post(self, request: Request) -> Response:
        """Send the confirmation mail again."""
        services.resend_verification(**validated(serializers.AccountEmailSerializer, request))
        return Response({"detail": str(CHECK_MAIL)}, status=status.HTTP_202_ACCEPTED)


class PasswordChangeView(APIView):
    openapi_tag = "accounts"

    @extend_schema(request=serializers.PasswordChangeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change the password; every other device is signed out."""
        data = validated(serializers.PasswordChangeSerializer, request)
        services.change_password(
            account_of(principal_of(request)),
            current=data["current_password"],
            new=data["new_password"],
            caller=caller_of(request),
            session_id=principal_of(request).claims.get("sid"),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(PublicView):
    openapi_tag = "accounts"
    throttle_classes = MAIL_THROTTLES

    @extend_schema(request=serializers.AccountEmailSerializer, responses={202: serializers.DetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a link that sets a new password."""
        services.request_password_reset(**validated(serializers.AccountEmailSerializer, request))
        return Response({"detail": str(CHECK_MAIL)}, status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(PublicView):
    openapi_tag = "accounts"

    @extend_schema(request=serializers.PasswordResetSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password with the token of the mailed link; every device is signed out."""
        services.reset_password(**validated(serializers.PasswordResetSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    openapi_tag = "accounts"

    @extend_schema(responses=serializers.MeSerializer)
    def get(self, request: Request) -> Response:
        """Your account."""
        return Response(serializers.MeSerializer(account_of(principal_of(request))).data)

    @extend_schema(request=serializers.MeSerializer, responses=serializers.MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change your name or your language."""
        fields = validated(serializers.MeSerializer, request, partial=True)
        user = services.change_profile(account_of(principal_of(request)), **fields)
        return Response(serializers.MeSerializer(user).data)

    # OpenAPI 3.0 knows no body of a DELETE; the description says what the schema cannot.
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete your account. The password is asked again: send `{"password": "…"}` as JSON."""
        data = validated(serializers.DeleteAccountSerializer, request)
        services.delete_account(account_of(principal_of(request)), password=data["password"], caller=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportView(APIView):
    openapi_tag = "accounts"

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Everything this service holds about you."""
        return Response(export_of(account_of(principal_of(request))))


class AddressesView(ListAPIView):
    """Your address book."""

    openapi_tag = "accounts"
    serializer_class = serializers.AddressSerializer
    queryset = Address.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Address]:
        return account_of(principal_of(self.request)).addresses.all()

    @extend_schema(request=serializers.AddressSerializer, responses={201: serializers.AddressSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Add an address. The first one becomes the default."""
        fields = validated(serializers.AddressSerializer, request)
        address = address_book.add_address(account_of(principal_of(request)), **fields)
        return Response(serializers.AddressSerializer(address).data, status=status.HTTP_201_CREATED)


class AddressView(APIView):
    openapi_tag = "accounts"

    @extend_schema(responses=serializers.AddressSerializer)
    def get(self, request: Request, address_id: UUID) -> Response:
        """One address."""
        return Response(serializers.AddressSerializer(address_of(account_of(principal_of(request)), address_id)).data)

    @extend_schema(request=serializers.AddressSerializer, responses=serializers.AddressSerializer)
    def patch(self, request: Request, address_id: UUID) -> Response:
        """Change an address."""
        fields = validated(serializers.AddressSerializer, request, partial=True)
        address = address_book.change_address(account_of(principal_of(request)), address_id, **fields)
        return Response(serializers.AddressSerializer(address).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id: UUID) -> Response:
        """Remove an address; after the default the newest one becomes it."""
        address_book.remove_address(account_of(principal_of(request)), address_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
