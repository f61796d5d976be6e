"""Shapes of account requests and answers."""

from __future__ import annotations

from django.core.validators import RegexValidator
from rest_framework import serializers

from apps.auth.accounts.models import normalise_email

NO_CONTROL = RegexValidator(r"\A[^\x00-\x1f\x7f]*\Z", "Leave out line breaks and control characters.")


class EmailOnlySerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)

    def validate_email(self, value: str) -> str:
        return normalise_email(value)


class RegisterSerializer(EmailOnlySerializer):
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    name = serializers.CharField(max_length=150, validators=[NO_CONTROL])


class DetailSerializer(serializers.Serializer):
    detail = serializers.CharField()


class LinkSerializer(serializers.Serializer):
    token = serializers.CharField(max_length=1024)


class VerifiedSerializer(serializers.Serializer):
    email = serializers.EmailField()


class PasswordChangeSerializer(serializers.Serializer):
    current_password = serializers.CharField(max_length=1024, trim_whitespace=False)
    new_password = serializers.CharField(max_length=1024, trim_whitespace=False)


class PasswordResetSerializer(LinkSerializer):
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class MeSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=150, validators=[NO_CONTROL])
    roles = serializers.ListField(child=serializers.CharField(), read_only=True)
    email_verified = serializers.BooleanField(source="email_verified_at", read_only=True)
    created_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, user) -> dict:
        return super().to_representation(user) | {"email_verified": user.email_verified_at is not None}


class DeleteAccountSerializer(serializers.Serializer):
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class AddressSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=150, validators=[NO_CONTROL])
    line1 = serializers.CharField(max_length=200, validators=[NO_CONTROL])
    line2 = serializers.CharField(max_length=200, required=False, allow_blank=True, validators=[NO_CONTROL])
    postal_code = serializers.CharField(max_length=20, validators=[NO_CONTROL])
    city = serializers.CharField(max_length=100, validators=[NO_CONTROL])
    region = serializers.CharField(max_length=100, required=False, allow_blank=True, validators=[NO_CONTROL])
    country = serializers.RegexField(r"\A[A-Z]{2}\Z", error_messages={"invalid": "Use a two-letter code such as DE."})
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, validators=[NO_CONTROL])
    is_default = serializers.BooleanField(required=False)
