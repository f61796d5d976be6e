"""Serializers of account requests and responses."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.auth.accounts.models import User
from apps.common.api.addresses import AddressSerializer as AddressFields
from apps.common.api.addresses import line
from apps.common.api.serializers import EmailField, LanguageField
from apps.common.emails import MAX_LENGTH


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


class AddressSerializer(AddressFields):
    """An entry of the address book."""

    id = serializers.UUIDField(read_only=True)
    is_default = serializers.BooleanField(required=False)
