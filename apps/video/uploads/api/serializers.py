from rest_framework import serializers

from apps.video.uploads.models import Upload


class UploadSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField(source="title.slug", default="", help_text="The film's slug; empty for a part.")
    filename = serializers.CharField()
    length = serializers.IntegerField(help_text="Bytes.")
    offset = serializers.IntegerField(help_text="Bytes that have arrived.")
    state = serializers.ChoiceField(choices=Upload.State.choices)
    reason = serializers.CharField(help_text="Why the file was refused.")
    reason_code = serializers.CharField(help_text="The same, for programs.")
    reason_values = serializers.DictField(help_text="The numbers and names in it.")
    encoding = serializers.UUIDField(source="encoding_id", allow_null=True, help_text="Once the file is accepted.")
    priority = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Removed then, unless more arrives before.")
    finished_at = serializers.DateTimeField(allow_null=True)
