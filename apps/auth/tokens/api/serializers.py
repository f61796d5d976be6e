"""Serializers of token requests and responses."""

from __future__ import annotations

from rest_framework import serializers

from apps.auth.tokens.models import Session
from apps.common.devices import device_name


class SignInSerializer(serializers.Serializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class TokensSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")
    token_type = serializers.CharField()


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField(max_length=256)


class RevokeSerializer(RefreshSerializer):
    all = serializers.BooleanField(default=False, help_text="Sign out every device.")


class ServiceTokenRequestSerializer(serializers.Serializer):
    grant_type = serializers.ChoiceField(choices=["client_credentials"])
    client_id = serializers.CharField(max_length=32)
    client_secret = serializers.CharField(max_length=256, trim_whitespace=False)
    scope = serializers.CharField(max_length=256, required=False, allow_blank=True)


class ServiceTokenSerializer(serializers.Serializer):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    scope = serializers.CharField(allow_blank=True)


class SessionAccountSerializer(serializers.Serializer):
    user_id = serializers.UUIDField(source="pk")
    email = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    roles = serializers.ListField(child=serializers.CharField())


class SessionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    device = serializers.SerializerMethodField(help_text="Browser and system, in the language of the request.")
    user_agent = serializers.CharField()
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(source="rotated_at")
    is_current = serializers.SerializerMethodField()

    def get_device(self, session: Session) -> str:
        return device_name(session.user_agent)

    def get_is_current(self, session: Session) -> bool:
        return str(session.pk) == self.context["request"].user.claims.get("sid")
