"""Registration, confirmation, passwords, profile and address book."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.auth.accounts import services
from apps.auth.accounts.api import serializers
from apps.auth.accounts.models import Address
from apps.auth.accounts.selectors import account_of, export_of
from apps.auth.tokens.api.views import PublicView

CHECK_MAIL = {"detail": "Check your mail: we have sent you a message about what to do next."}


def validated(serializer: type, request: Request, **kwargs: Any) -> dict[str, Any]:
    """The request's body as the serializer sees it; raises ValidationError."""
    checked = serializer(data=request.data, **kwargs)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


class RegisterView(PublicView):
    @extend_schema(request=serializers.RegisterSerializer, responses={202: serializers.DetailSerializer})
    def post(self, request: Request) -> Response:
        """Open an account. The answer is the same whether or not the address is known."""
        services.register(**self.validated(serializers.RegisterSerializer, request))
        return Response(CHECK_MAIL, status=status.HTTP_202_ACCEPTED)


class VerifyEmailView(PublicView):
    @extend_schema(request=serializers.LinkSerializer, responses=serializers.VerifiedSerializer)
    def post(self, request: Request) -> Response:
        """Confirm an address with the token of the mailed link."""
        user = services.verify_email(**self.validated(serializers.LinkSerializer, request))
        return Response({"email": user.email})


class ResendVerificationView(PublicView):
    @extend_schema(request=serializers.EmailOnlySerializer, responses={202: serializers.DetailSerializer})
    def post(self, request: Request) -> Response:
        """Send the confirmation mail again."""
        services.resend_verification(**self.validated(serializers.EmailOnlySerializer, request))
        return Response(CHECK_MAIL, status=status.HTTP_202_ACCEPTED)


class PasswordChangeView(APIView):
    @extend_schema(request=serializers.PasswordChangeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change the password; every device is signed out."""
        data = validated(serializers.PasswordChangeSerializer, request)
        user = account_of(request.user)
        services.change_password(user, current=data["current_password"], new=data["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(PublicView):
    @extend_schema(request=serializers.EmailOnlySerializer, responses={202: serializers.DetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a link that sets a new password."""
        services.request_password_reset(**self.validated(serializers.EmailOnlySerializer, request))
        return Response(CHECK_MAIL, status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(PublicView):
    @extend_schema(request=serializers.PasswordResetSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password with the token of the mailed link."""
        services.reset_password(**self.validated(serializers.PasswordResetSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(responses=serializers.MeSerializer)
    def get(self, request: Request) -> Response:
        """Your account."""
        return Response(serializers.MeSerializer(account_of(request.user)).data)

    @extend_schema(request=serializers.MeSerializer, responses=serializers.MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change your name."""
        data = validated(serializers.MeSerializer, request)
        user = services.change_name(account_of(request.user), name=data["name"])
        return Response(serializers.MeSerializer(user).data)

    @extend_schema(request=serializers.DeleteAccountSerializer, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete your account; the password is asked again."""
        data = validated(serializers.DeleteAccountSerializer, request)
        services.delete_account(account_of(request.user), password=data["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Everything this service holds about you."""
        return Response(export_of(account_of(request.user)))


class AddressesView(ListAPIView):
    """Your address book."""

    serializer_class = serializers.AddressSerializer
    queryset = Address.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self):
        return account_of(self.request.user).addresses.all()

    @extend_schema(request=serializers.AddressSerializer, responses={201: serializers.AddressSerializer})
    def post(self, request: Request) -> Response:
        """Add an address."""
        address = services.add_address(account_of(request.user), **validated(serializers.AddressSerializer, request))
        return Response(serializers.AddressSerializer(address).data, status=status.HTTP_201_CREATED)


class AddressView(APIView):
    @extend_schema(request=serializers.AddressSerializer, responses=serializers.AddressSerializer)
    def patch(self, request: Request, address_id) -> Response:
        """Change an address."""
        fields = validated(serializers.AddressSerializer, request, partial=True)
        address = services.change_address(account_of(request.user), address_id, **fields)
        return Response(serializers.AddressSerializer(address).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id) -> Response:
        """Remove an address."""
        services.remove_address(account_of(request.user), address_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
