from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class CardSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=30)
    exp_month = serializers.IntegerField(min_value=1, max_value=12)
    exp_year = serializers.IntegerField(min_value=2000, max_value=2100)
    cvc = serializers.RegexField(r"\A[0-9]{3,4}\Z", error_messages={"invalid": _("Three or four digits.")})


class AddMethodSerializer(serializers.Serializer):
    provider = serializers.ChoiceField(choices=["sandbox", "stripe"], default="sandbox")
    card = CardSerializer(required=False, help_text="A test card, for the sandbox alone.")
    token = serializers.CharField(
        max_length=64, required=False, help_text="What Stripe's script in the browser made of the card (`pm_…`)."
    )
    keep = serializers.BooleanField(default=False, help_text="Keep the card for the account without paying.")

    def to_internal_value(self, data: Any) -> Any:
        """A card's number that is sent to the wrong provider is not even looked at."""
        if isinstance(data, dict) and data.get("provider") == "stripe" and "card" in data:
            message = gettext("Card numbers are not taken here. Send the token from Stripe's script.")
            raise serializers.ValidationError({"card": [message]})
        return super().to_internal_value(data)


class PaymentMethodSerializer(serializers.Serializer):
    id = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)
    is_expired = serializers.BooleanField(help_text="Nothing can be paid with it any more.")
    saved_at = serializers.DateTimeField(allow_null=True, help_text="Null for a card of one order.")


class CardSetupSerializer(serializers.Serializer):
    client_secret = serializers.CharField(help_text="For `confirmCardSetup` of Stripe's script in the browser.")


class TestCardSerializer(serializers.Serializer):
    number = serializers.CharField()
    outcome = serializers.CharField(help_text="`ok`, `challenge`, or why the bank declines it.")


class PaymentOptionsSerializer(serializers.Serializer):
    provider = serializers.ChoiceField(
        choices=["sandbox", "stripe", "none"], help_text="`none`: no orders are taken yet."
    )
    publishable_key = serializers.CharField(help_text="For Stripe's script in the browser; empty otherwise.")
    test_cards = TestCardSerializer(many=True, help_text="Empty unless the provider is the sandbox.")
