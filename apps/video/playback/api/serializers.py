"""Serializers of the library and of playback."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import StrictQuerySerializer
from apps.common.devices import device_name
from apps.video.playback.models import Entitlement, LibraryEntry, PlaybackSession, Progress
from apps.video.titles.serializers import TitleSerializer

# No player measures more than a day of one session.
MAX_TOTAL_SECONDS = 86_400


class ProgressSerializer(serializers.Serializer):
    position_seconds = serializers.FloatField()
    duration_seconds = serializers.IntegerField(source="title.runtime_seconds")
    is_finished = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class LibraryQuerySerializer(StrictQuerySerializer):
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the parameter's name in the API
        choices=["own", "subscription"],
        required=False,
        help_text="`own`: bought or rented; `subscription`: included in yours. Else both.",
    )


class LibraryItemSerializer(serializers.Serializer):
    """`context` holds `titles` and `progress` by slug. A film that is not encoded yet has no title."""

    title_slug = serializers.CharField()
    title = serializers.SerializerMethodField()
    offer = serializers.ChoiceField(choices=LibraryEntry.Offer.choices)
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Of a rental, or of the subscription.")
    first_played_at = serializers.DateTimeField(allow_null=True)
    order_number = serializers.CharField(allow_blank=True, help_text="Empty for films of a subscription.")
    progress = serializers.SerializerMethodField()

    @extend_schema_field(TitleSerializer(allow_null=True))
    def get_title(self, entry: LibraryEntry) -> dict[str, Any] | None:
        title = self.context["titles"].get(entry.title_slug)
        return TitleSerializer(title).data if title else None

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, entry: LibraryEntry) -> dict[str, Any] | None:
        progress: Progress | None = self.context["progress"].get(entry.title_slug)
        return ProgressSerializer(progress).data if progress else None


class WatchableFilmSerializer(serializers.Serializer):
    """A film that somebody may watch, and why. One that is not encoded yet has no title."""

    title_slug = serializers.CharField()
    title = TitleSerializer(allow_null=True)
    offer = serializers.ChoiceField(choices=["buy", "rent", "plan"])
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Of a rental, or of the subscription.")
    first_played_at = serializers.DateTimeField(allow_null=True)
    progress = ProgressSerializer(allow_null=True)


class PlaybackCaptionSerializer(serializers.Serializer):
    language = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    url = serializers.CharField()


class StreamCookieSerializer(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.CharField()
    path = serializers.CharField()


class StreamSerializer(serializers.Serializer):
    """Addresses that each heartbeat renews."""

    manifest_url = serializers.CharField(help_text="HLS master playlist, signed for this session and some minutes.")
    expires_at = serializers.DateTimeField(help_text="When the signed addresses stop working without a heartbeat.")
    stream_cookie = StreamCookieSerializer(
        help_text="A cookie of the gateway's host that renews addresses which a player holds already."
    )


class NextEpisodeSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class MarkersSerializer(serializers.Serializer):
    """Seconds from the beginning; null where the title has none."""

    intro_start = serializers.IntegerField(allow_null=True)
    intro_end = serializers.IntegerField(allow_null=True)
    credits_start = serializers.IntegerField(allow_null=True)


class PlaybackSerializer(StreamSerializer):
    session = serializers.UUIDField()
    captions = PlaybackCaptionSerializer(many=True)
    storyboard_url = serializers.CharField(allow_null=True, help_text="WebVTT thumbnails.")
    poster_url = serializers.CharField(allow_null=True)
    resume_at = serializers.FloatField(help_text="Seconds.")
    watched = serializers.BooleanField(help_text="Whether you have watched it to its end; it starts over then.")
    duration_seconds = serializers.IntegerField()
    markers = MarkersSerializer(help_text="Where the introduction and the end credits are.")
    next = NextEpisodeSerializer(allow_null=True, help_text="The episode after this one that you may watch.")
    heartbeat_seconds = serializers.IntegerField()


class HeartbeatSerializer(StreamSerializer, ProgressSerializer):
    """The position as saved, and renewed addresses."""

    duration_seconds = serializers.IntegerField()


class SaveProgressSerializer(serializers.Serializer):
    """Totals count from the start of the session; a player that does not measure them leaves them out."""

    session = serializers.UUIDField()
    position_seconds = serializers.FloatField()
    watched_seconds = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_TOTAL_SECONDS, help_text="Time in which the film was playing."
    )
    rebuffer_count = serializers.IntegerField(
        required=False, min_value=0, max_value=100_000, help_text="How often it stopped to load, without seeking."
    )
    rebuffer_seconds = serializers.FloatField(
        required=False, min_value=0, max_value=MAX_TOTAL_SECONDS, help_text="How long it stopped to load."
    )


class PlayingSessionSerializer(serializers.Serializer):
    """A device of yours that plays."""

    id = serializers.UUIDField()
    device = serializers.SerializerMethodField(help_text="Such as `Safari on iPhone`.")
    title_slug = serializers.CharField(source="title.slug")
    title = serializers.CharField(source="title.name")
    since = serializers.DateTimeField(source="created_at")
    position_seconds = serializers.FloatField()
    duration_seconds = serializers.IntegerField(source="title.runtime_seconds")

    def get_device(self, session: PlaybackSession) -> str:
        return device_name(session.user_agent)


class KeyQuerySerializer(StrictQuerySerializer):
    """Of a signed address, as the gateway passes it on."""

    asset = serializers.UUIDField()
    expires = serializers.IntegerField(min_value=0, max_value=9_999_999_999, help_text="Seconds since 1970.")
    signature = serializers.RegexField(r"^[A-Za-z0-9_-]{22,26}$")


class HistoryItemSerializer(ProgressSerializer):
    """A film that you watched, and how far."""

    title = TitleSerializer()


class SetWatchedSerializer(serializers.Serializer):
    watched = serializers.BooleanField(help_text="Not watched: it starts over.")


class RedeemGiftCodeSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=80, help_text="As printed; spaces and small letters do not matter.")


class RedeemedGiftSerializer(serializers.Serializer):
    """What the code opened."""

    title_slug = serializers.CharField()
    title = TitleSerializer(allow_null=True, help_text="Null until the film is published.")
    expires_at = serializers.DateTimeField(allow_null=True)


class EntitlementSerializer(serializers.Serializer):
    title_slug = serializers.CharField()
    offer = serializers.ChoiceField(choices=Entitlement.Offer.choices)
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
