"""Serializers of account requests and responses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.auth.accounts.models import User
from apps.common.api.serializers import EmailField, LanguageField
from apps.common.countries import validate_country as require_country
from apps.common.emails import MAX_LENGTH
from apps.common.text import one_line


def line(max_length: int, *, required: bool = True) -> serializers.CharField:
    """One line of text."""
    return serializers.CharField(
        max_length=max_length, required=required, allow_blank=not required, validators=[one_line]
    )


class PasswordField(serializers.CharField):
    """Bounded, so that nobody has us hash megabytes."""

    def __init__(self, **kwargs: Any) -> None:
        style = {"input_type": "password"}
        super().__init__(max_length=1024, trim_whitespace=False, write_only=True, style=style, **kwargs)


# Not validated as an e-mail address: accounts that are older than today's rules must be found too.
class AccountEmailSerializer(serializers.Serializer):
    """The e-mail address of an account that may exist."""

    email = line(MAX_LENGTH)


class RegisterSerializer(serializers.Serializer):
    email = EmailField()
    password = PasswordField()
    name = line(150)
    language = LanguageField(required=False, help_text="Of the shop's mails; that of the request if left out.")


class DetailSerializer(serializers.Serializer):
    detail = serializers.CharField()


class LinkSerializer(serializers.Serializer):
    token = serializers.CharField(max_length=1024)


class VerifiedSerializer(serializers.Serializer):
    email = serializers.EmailField()


class PasswordChangeSerializer(serializers.Serializer):
    current_password = PasswordField()
    new_password = PasswordField()


class PasswordResetSerializer(LinkSerializer):
    password = PasswordField()


class MeSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = line(150)
    language = LanguageField(help_text="Of the shop's mails.")
    roles = serializers.ListField(child=serializers.CharField(), read_only=True)
    email_verified = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_email_verified(self, user: User) -> bool:
        return user.email_verified_at is not None


class DeleteAccountSerializer(serializers.Serializer):
    password = PasswordField()


class AddressSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    name = line(150)
    line1 = line(200)
    line2 = line(200, required=False)
    postal_code = line(20)
    city = line(100)
    region = line(100, required=False)
    country = serializers.RegexField(
        r"\A[A-Za-z]{2}\Z",
        min_length=2,
        max_length=2,
        error_messages={"invalid": _("Use a two-letter code such as DE.")},
        help_text="ISO 3166-1 alpha-2.",
    )
    phone = line(40, required=False)
    is_default = serializers.BooleanField(required=False)

    def validate_country(self, value: str) -> str:
        code = value.upper()
        require_country(code)
        return code
