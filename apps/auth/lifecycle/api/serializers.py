"""Serializers of account requests and responses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from rest_framework import serializers

from apps.auth.accounts.models import User
from apps.common.api.addresses import AddressSerializer as AddressFields
from apps.common.api.addresses import line
from apps.common.api.serializers import EmailField, LanguageField, StrictQuerySerializer
from apps.common.emails import MAX_LENGTH

# Of one page of another service's admin.
MAX_FOUND_ACCOUNTS = 100


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


class AccountsQuerySerializer(StrictQuerySerializer):
    """One of both."""

    email = serializers.CharField(required=False, max_length=MAX_LENGTH)
    ids = serializers.CharField(required=False, max_length=MAX_FOUND_ACCOUNTS * 37, help_text="Separated by commas.")

    def validate_ids(self, value: str) -> list[UUID]:
        try:
            ids = [UUID(text) for text in value.split(",")]
        except ValueError:
            raise serializers.ValidationError(gettext("Enter ids of accounts, separated by commas.")) from None
        if len(ids) > MAX_FOUND_ACCOUNTS:
            limit = {"limit": MAX_FOUND_ACCOUNTS}
            raise serializers.ValidationError(gettext("Ask for at most %(limit)s accounts.") % limit)
        return ids

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(gettext("Name either an e-mail address or ids."))
        return attrs


class FoundAccountSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField()


class FoundAccountsSerializer(serializers.Serializer):
    results = FoundAccountSerializer(many=True)
