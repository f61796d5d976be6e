"""How payments are represented in the APIs of what is paid."""

from __future__ import annotations

from rest_framework import serializers


class NextActionSerializer(serializers.Serializer):
    type = serializers.ChoiceField(choices=["redirect"])
    url = serializers.CharField()
