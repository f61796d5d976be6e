from __future__ import annotations

from rest_framework import serializers

MAX_POSITION = 2**63 - 1


class FeedQuerySerializer(serializers.Serializer):
    """The feed's query parameters."""

    after = serializers.IntegerField(
        default=0, min_value=0, max_value=MAX_POSITION, help_text="Position of the last event already handled."
    )
    limit = serializers.IntegerField(default=100, min_value=1, max_value=500, help_text="Most events in one batch.")
    wait = serializers.IntegerField(
        default=0, min_value=0, max_value=20, help_text="Seconds to wait for the first event when there is none yet."
    )


class CloudEventSerializer(serializers.Serializer):
    """For the OpenAPI document."""

    specversion = serializers.CharField()
    id = serializers.UUIDField()
    source = serializers.CharField(  # type: ignore[assignment]  # CloudEvents' name
        help_text="The service where it happened."
    )
    type = serializers.CharField(help_text="Such as `streamcart.order.paid.v1`.")
    subject = serializers.CharField(help_text="Id of the entity.")
    time = serializers.DateTimeField()
    datacontenttype = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # CloudEvents' name
    position = serializers.IntegerField(help_text="Cursor of the feed: pass the last one as `after`.")
