from rest_framework import serializers

from apps.video.encoding.models import Encoding, Rendition
from apps.video.encoding.services import FURTHER_CODECS, MAX_PRIORITY


class RenditionSerializer(serializers.Serializer):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Rendition.Kind.choices)
    state = serializers.ChoiceField(choices=Rendition.State.choices)
    progress = serializers.IntegerField(help_text="Percent.")
    size = serializers.IntegerField(help_text="Bytes.")


class EncodingRequestSerializer(serializers.Serializer):
    priority = serializers.IntegerField(
        default=0, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY, help_text="The highest goes first."
    )
    codecs = serializers.ListField(
        child=serializers.ChoiceField(choices=list(FURTHER_CODECS)),
        default=list,
        help_text="Codecs beside H.264. HDR is kept by them; H.264 shows it in SDR.",
    )


class EncodingSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField(source="source.title.slug")
    state = serializers.ChoiceField(choices=Encoding.State.choices)
    phase = serializers.CharField(help_text="What is being done: reading, first, sound, rest, publishing.")
    progress = serializers.IntegerField(help_text="Percent.")
    seconds_left = serializers.IntegerField(allow_null=True, help_text="An estimate.")
    priority = serializers.IntegerField()
    codecs = serializers.ListField(child=serializers.CharField())
    encoder = serializers.CharField()
    renditions = RenditionSerializer(many=True)
    reason = serializers.CharField(help_text="Why it failed.")
    reason_code = serializers.CharField(help_text="The same, for programs.")
    attempt = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
