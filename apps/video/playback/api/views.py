"""Library, playback and progress."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import shared, validated, validated_query
from apps.common.api.views import NO_STORE, PublicView
from apps.common.devices import user_agent_of
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireScope, user_id_of
from apps.common.problems import ValidationProblem
from apps.video.playback import selectors, services
from apps.video.playback.api import serializers
from apps.video.playback.api.throttling import GiftCodeThrottle
from apps.video.playback.models import Entitlement, LibraryEntry, PlaybackSession, Progress
from apps.video.playback.signing import StreamAccess
from apps.video.titles.selectors import poster_url


class LibraryView(ListAPIView):
    """What you may watch, newest first, with how far you got: films that you bought or rented, and those that your
    subscription includes (`offer` is `plan`) while it lasts."""

    serializer_class = serializers.LibraryItemSerializer
    queryset = LibraryEntry.objects.none()
    ordering = ("-granted_at", "-id")

    @extend_schema(parameters=[serializers.LibraryQuerySerializer])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return self.list(request, *args, **kwargs)

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        query = validated_query(serializers.LibraryQuerySerializer, request)
        user_id = user_id_of(request)
        rows = self.paginate_queryset(selectors.library(user_id, source=query.get("source", ""))) or []
        return _library_page(self, user_id, rows)


class ContinueWatchingView(ListAPIView):
    """Films that you started and did not finish, watched last first, of those that you may watch now."""

    serializer_class = serializers.LibraryItemSerializer
    queryset = Progress.objects.none()
    ordering = ("-updated_at", "-id")

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        user_id = user_id_of(request)
        rows = self.paginate_queryset(selectors.in_progress(user_id)) or []
        return _library_page(self, user_id, selectors.entries_of(user_id, rows))


def _library_page(view: ListAPIView, user_id: uuid.UUID, entries: list[LibraryEntry]) -> Response:
    """Entries with their films and progress: 3 queries."""
    titles = selectors.titles_of(entries)
    context = {"titles": titles, "progress": selectors.progress_of(user_id, titles)}
    data = serializers.LibraryItemSerializer(entries, many=True, context=context).data
    response = view.get_paginated_response(data)
    response["Cache-Control"] = "no-store"
    return response


class WatchHistoryView(ListAPIView):
    """What you watched, last first, also films that you may not watch any more."""

    serializer_class = serializers.HistoryItemSerializer
    queryset = Progress.objects.none()
    ordering = ("-updated_at", "-id")

    def get_queryset(self) -> QuerySet[Progress]:
        return selectors.watch_history(user_id_of(self.request))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget everything that you watched, and how far."""
        services.delete_history(user_id=user_id_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WatchedFilmView(APIView):
    @extend_schema(request=serializers.SetWatchedSerializer, responses=serializers.ProgressSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Mark a film of your library as watched, or as not watched."""
        data = validated(serializers.SetWatchedSerializer, request)
        progress = services.set_watched(user_id=user_id_of(request), title_slug=slug, is_watched=data["watched"])
        return Response(serializers.ProgressSerializer(progress).data, headers=NO_STORE)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Forget that you watched a film, and how far."""
        services.delete_history(user_id=user_id_of(request), title_slug=slug)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LibraryFilmView(APIView):
    @extend_schema(responses=serializers.WatchableFilmSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """A film that you may watch: bought, rented, or included in your subscription (`offer` is `plan`)."""
        found = selectors.watchable_film(user_id_of(request), slug)
        return Response(serializers.WatchableFilmSerializer(found).data, headers=NO_STORE)


def _stream(access: StreamAccess) -> dict[str, Any]:
    return {
        "manifest_url": access.url(access.manifest),
        "expires_at": access.expires_at,
        "stream_cookie": access.cookie,
    }


class TitlePlaybackView(APIView):
    @extend_schema(request=None, responses={201: serializers.PlaybackSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Start watching: a signed address of the film, for your library's films.

        The `User-Agent` names the device. When too many devices play (409 `too-many-streams`), `sessions` lists them as
        `GET /v1/playback` does (`id`, `device`, `title_slug`, `title`, `since`); stop one with `DELETE`.
        """
        user_id = user_id_of(request)
        session, access = services.start_playback(
            user_id=user_id, title_slug=slug, user_agent=user_agent_of(request._request)
        )
        title = session.title
        progress = selectors.progress_at(user_id, title)
        playback = {
            "session": session.pk,
            **_stream(access),
            "captions": [
                {"language": track.language, "label": track.label, "url": access.url(track.file)}
                for track in title.captions.exclude(file="").defer("webvtt").order_by("label")
            ],
            "storyboard_url": access.url("storyboard.vtt"),
            "poster_url": poster_url(title),
            "resume_at": selectors.resume_position(progress),
            "watched": progress is not None and progress.is_finished,
            "duration_seconds": title.runtime_seconds,
            "markers": title,
            "next": selectors.next_watchable(user_id, title),
            "heartbeat_seconds": services.heartbeat_seconds(),
        }
        data = shared(serializers.PlaybackSerializer).to_representation(playback)
        return Response(data, status=status.HTTP_201_CREATED, headers=NO_STORE)


class ProgressView(APIView):
    @extend_schema(request=serializers.SaveProgressSerializer, responses=serializers.HeartbeatSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Heartbeat of a player: it is at this position, and gets addresses for the next minutes.

        The position is kept in any case. Refused are sessions that have ended (409 `playback-ended`), whose film is
        not in the library any more (403 `not-entitled`), and those whose place others took while they were silent
        (409 `too-many-streams`).
        """
        data = validated(serializers.SaveProgressSerializer, request)
        session = services.session_of(user_id=user_id_of(request), title_slug=slug, session_id=data["session"])
        report = services.PlayerReport(**{name: value for name, value in data.items() if name != "session"})
        progress = services.save_progress(session, report)
        heartbeat = {
            "position_seconds": progress.position_seconds,
            "duration_seconds": session.title.runtime_seconds,
            "is_finished": progress.is_finished,
            "updated_at": progress.updated_at,
            **_stream(services.renew_playback(session, report)),
        }
        return Response(shared(serializers.HeartbeatSerializer).to_representation(heartbeat), headers=NO_STORE)


class PlaybackSessionsView(ListAPIView):
    """Your devices that play now."""

    serializer_class = serializers.PlayingSessionSerializer
    queryset = PlaybackSession.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[PlaybackSession]:
        return selectors.live_sessions(user_id_of(self.request)).select_related("title")


class PlaybackSessionView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: uuid.UUID) -> Response:
        """Stop watching, on this device or on another one of yours."""
        services.end_playback(user_id=user_id_of(request), session_id=session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContentKeyView(PublicView):
    @extend_schema(
        parameters=[serializers.KeyQuerySerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, session_id: uuid.UUID, key_id: uuid.UUID) -> HttpResponse:
        """A key of an encrypted film, 16 bytes. Players are sent here by the gateway, from the address in a playlist.

        Refused (403) once the session has ended or its account may not watch the film any more.
        """
        query = validated_query(serializers.KeyQuerySerializer, request)
        asked = services.KeyRequest(session_id, query["asset"], key_id, query["expires"], query["signature"])
        key = services.content_key(asked)
        # Players of other sites ask for it too.
        headers = {"Access-Control-Allow-Origin": "*", **NO_STORE}
        return HttpResponse(key, content_type="application/octet-stream", headers=headers)


class RedeemGiftCodeView(APIView):
    throttle_classes = [GiftCodeThrottle]

    @extend_schema(request=serializers.RedeemGiftCodeSerializer, responses=serializers.RedeemedGiftSerializer)
    def post(self, request: Request) -> Response:
        """Redeem a gift code: its film goes into your library.

        A code is redeemed once; sending it again with the same account returns the same film. Refused are codes that do
        not exist (404 `gift-code-unknown`), and those that others redeemed, that have expired or were switched off (409
        `gift-code-not-redeemable` with `reason`).
        """
        data = validated(serializers.RedeemGiftCodeSerializer, request)
        entitlement = services.redeem_gift_code(data["code"], user_id=user_id_of(request))
        redeemed = {
            "title_slug": entitlement.title_slug,
            "title": selectors.title_with_captions(entitlement.title_slug),
            "expires_at": entitlement.expires_at,
        }
        return Response(serializers.RedeemedGiftSerializer(redeemed).data, headers=NO_STORE)


class EntitlementsView(ListAPIView):
    """A user's entitlements, for other services."""

    permission_classes = [RequireScope("entitlements:read")]
    serializer_class = serializers.EntitlementSerializer
    queryset = Entitlement.objects.none()
    ordering = ("-granted_at", "-id")

    @extend_schema(parameters=[OpenApiParameter("user", uuid.UUID, required=True)])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Entitlement]:
        try:
            user_id = uuid.UUID(self.request.query_params.get("user", ""))
        except ValueError:
            raise ValidationProblem(
                "The user is missing or is not an id.", errors={"user": ["This is not a user's id."]}
            ) from None
        return selectors.valid_entitlements(user_id)
