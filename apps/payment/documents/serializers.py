"""How documents are represented in the API of orders."""

from __future__ import annotations

from django.urls import reverse
from rest_framework import serializers

from apps.payment.documents.models import Document, Series


class DocumentSerializer(serializers.Serializer):
    """`context["order"]` is the number of the order."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(source="series", choices=Series.choices)
    url = serializers.SerializerMethodField(help_text="The path of its PDF, read as the order is.")
    issued_at = serializers.DateTimeField()

    def get_url(self, document: Document) -> str:
        return reverse("order-document", args=[self.context["order"], document.number])
