"""Serializers of uploads."""

from __future__ import annotations

from rest_framework import serializers

from apps.video.uploads.direct_storage import BLOCK_BYTES
from apps.video.uploads.models import Upload

MAX_BYTES = 2**63 - 1


class UploadStateSerializer(serializers.Serializer):
    """What all uploads have in common."""

    id = serializers.UUIDField()
    title = serializers.CharField(source="title.slug", default="", help_text="The film's slug; empty for a part.")
    filename = serializers.CharField()
    length = serializers.IntegerField(help_text="Bytes.")
    state = serializers.ChoiceField(choices=Upload.State.choices)
    reason = serializers.CharField(help_text="Why the file was refused.")
    reason_code = serializers.CharField(help_text="The same, for programs.")
    reason_values = serializers.DictField(help_text="The numbers and names in it.")
    encoding = serializers.UUIDField(source="encoding_id", allow_null=True, help_text="Once the file is accepted.")
    priority = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Removed then, unless more arrives before.")
    finished_at = serializers.DateTimeField(allow_null=True)


class UploadSerializer(UploadStateSerializer):
    offset = serializers.IntegerField(help_text="Bytes that have arrived.")


class NewDirectUploadSerializer(serializers.Serializer):
    title = serializers.SlugField(max_length=120, help_text="The film's slug.")
    filename = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    length = serializers.IntegerField(min_value=1, max_value=MAX_BYTES, help_text="Bytes.")
    priority = serializers.IntegerField(min_value=-100, max_value=100, required=False, default=0)


class DirectUploadSerializer(UploadStateSerializer):
    url = serializers.CharField(
        source="progress.address.url", default=None, help_text="Where blocks are put; null when it is complete."
    )
    url_expires_at = serializers.DateTimeField(source="progress.address.expires_at", default=None)
    block_bytes = serializers.IntegerField(default=BLOCK_BYTES, help_text="Of every block but the last.")
    received = serializers.ListField(
        child=serializers.IntegerField(), source="progress.received", help_text="Numbers of the blocks that are there."
    )
