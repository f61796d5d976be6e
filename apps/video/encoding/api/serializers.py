from rest_framework import serializers

from apps.video.encoding.models import Encoding


class EncodingSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField(source="source.title.slug")
    state = serializers.ChoiceField(choices=Encoding.State.choices)
    progress = serializers.IntegerField(help_text="Percent.")
    reason = serializers.CharField(help_text="Why it failed.")
    attempt = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
