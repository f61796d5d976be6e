"""Library, playback and progress."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireScope
from apps.common.problems import ValidationProblem
from apps.video.playback import selectors, services
from apps.video.playback.api import serializers
from apps.video.playback.models import Entitlement
from apps.video.playback.signing import stream_url
from apps.video.titles.selectors import poster_url

NO_STORE = {"Cache-Control": "no-store"}


class LibraryView(ListAPIView):
    """What you may watch, newest first, with how far you got."""

    serializer_class = serializers.LibraryItemSerializer
    queryset = Entitlement.objects.none()
    ordering = ("-granted_at", "-id")

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        user_id = request.user.user_id
        rows = self.paginate_queryset(selectors.library(user_id))
        titles = selectors.titles_of(rows)
        context = {"titles": titles, "progress": selectors.progress_of(user_id, titles)}
        response = self.get_paginated_response(self.serializer_class(rows, many=True, context=context).data)
        response["Cache-Control"] = "no-store"
        return response


class TitlePlaybackView(APIView):
    @extend_schema(request=None, responses={201: serializers.PlaybackSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Start watching: a signed address of the film, for your library's films."""
        user_id = request.user.user_id
        session, expires_at = services.start_playback(user_id=user_id, title_slug=slug)
        title = session.title
        captions = [
            {
                "language": track.language,
                "label": track.label,
                "url": stream_url(title.asset_id, f"captions_{track.language}.vtt", expires_at=expires_at),
            }
            for track in title.captions.order_by("label")
        ]
        answer = {
            "session": session.pk,
            "manifest_url": stream_url(title.asset_id, "master.m3u8", expires_at=expires_at),
            "expires_at": expires_at,
            "captions": captions,
            "storyboard_url": stream_url(title.asset_id, "storyboard.vtt", expires_at=expires_at),
            "poster_url": poster_url(title),
            "resume_at": selectors.position_of(user_id, title),
            "duration_seconds": title.runtime_seconds,
            "heartbeat_seconds": services.HEARTBEAT_SECONDS,
        }
        data = serializers.PlaybackSerializer(answer).data
        return Response(data, status=status.HTTP_201_CREATED, headers=NO_STORE)


class ProgressView(APIView):
    @extend_schema(request=serializers.SaveProgressSerializer, responses=serializers.ProgressSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Heartbeat of a player: it is there, and at this position."""
        serializer = serializers.SaveProgressSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        progress = services.save_progress(
            user_id=request.user.user_id,
            title_slug=slug,
            session_id=data["session"],
            position=data["position_seconds"],
        )
        return Response(serializers.ProgressSerializer(progress).data)


class PlaybackSessionView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id) -> Response:
        """Stop watching."""
        services.end_playback(user_id=request.user.user_id, session_id=session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


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
            raise ValidationProblem("Which user?", errors={"user": ["This is not a user's id."]}) from None
        return selectors.valid_entitlements(user_id)
