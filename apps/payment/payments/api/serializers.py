from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class CardSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=30)
    exp_month = serializers.IntegerField(min_value=1, max_value=12)
    exp_year = serializers.IntegerField(min_value=2000, max_value=2100)
    cvc = serializers.RegexField(r"\A[0-9]{3,4}\Z", error_messages={"invalid": _("Three or four digits.")})


class AddMethodSerializer(serializers.Serializer):
    provider = serializers.ChoiceField(choices=["sandbox"], default="sandbox")
    card = CardSerializer()


class PaymentMethodSerializer(serializers.Serializer):
    id = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)
    is_expired = serializers.BooleanField(help_text="Nothing can be paid with it any more.")
    saved_at = serializers.DateTimeField(allow_null=True, help_text="Null for a card of one order.")


class TestCardSerializer(serializers.Serializer):
    number = serializers.CharField()
    outcome = serializers.CharField(help_text="`ok`, `challenge`, or why the bank declines it.")


class PaymentOptionsSerializer(serializers.Serializer):
    provider = serializers.ChoiceField(choices=["sandbox", "none"], help_text="`none`: no orders are taken yet.")
    test_cards = TestCardSerializer(many=True, help_text="Empty unless the provider is the sandbox.")
