"""Serializers of entitlements, as staff look after them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.api.serializers import MessageField, StrictQuerySerializer, StrictSerializer
from apps.video.playback.models import MAX_REASON_LENGTH, Entitlement, EntitlementEvent
from apps.video.playback.selectors import EntitlementState, entitlement_state

ACCOUNT_HELP = "The customer's e-mail address, or the id of the account."


class AccountField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, help_text=ACCOUNT_HELP, **kwargs)


class ReasonField(MessageField):
    def __init__(self) -> None:
        super().__init__(max_length=MAX_REASON_LENGTH, allow_blank=False, help_text="The history shows it.")


class StaffEntitlementsQuerySerializer(StrictQuerySerializer):
    account = AccountField(required=False)
    title = serializers.SlugField(max_length=120, required=False, help_text="The slug of a title.")
    order_number = serializers.CharField(max_length=32, required=False)
    source = serializers.ChoiceField(choices=Entitlement.Source.choices, required=False)  # type: ignore[assignment]  # Field has a member of this name
    state = serializers.ChoiceField(choices=EntitlementState.choices, required=False)


class NewEntitlementSerializer(StrictSerializer):
    account = AccountField()
    title_slug = serializers.SlugField(max_length=120)
    reason = ReasonField()
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="Null: never.")


class EntitlementReasonSerializer(StrictSerializer):
    reason = ReasonField()


class StaffEntitlementSerializer(serializers.Serializer):
    """`context` holds `accounts` by id."""

    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    email = serializers.SerializerMethodField(help_text="Null while auth is down.")
    title_slug = serializers.CharField()
    offer = serializers.ChoiceField(choices=Entitlement.Offer.choices)
    source = serializers.ChoiceField(choices=Entitlement.Source.choices)  # type: ignore[assignment]  # Field has a member of this name
    order_number = serializers.CharField(help_text="Empty unless an order granted it.")
    state = serializers.SerializerMethodField()
    granted_at = serializers.DateTimeField()
    first_played_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null: never.")
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_email(self, entitlement: Entitlement) -> str | None:
        account = self.context["accounts"].get(entitlement.user_id)
        return account.email if account else None

    def get_state(self, entitlement: Entitlement) -> EntitlementState:
        return entitlement_state(entitlement)


class EntitlementEventSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=EntitlementEvent.Kind.choices)
    cause = serializers.ChoiceField(choices=EntitlementEvent.Cause.choices)
    actor = serializers.CharField(help_text="The member of staff; empty when it was none.")
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class EntitlementHistorySerializer(StaffEntitlementSerializer):
    events = EntitlementEventSerializer(many=True, help_text="From the last to the first.")
