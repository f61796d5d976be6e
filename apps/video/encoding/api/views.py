"""Encodings, for video staff."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireRole
from apps.common.problems import NotFound
from apps.video.encoding import services
from apps.video.encoding.api.serializers import EncodingRequestSerializer, EncodingSerializer
from apps.video.encoding.models import Encoding


class TitleEncodingsView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(request=EncodingRequestSerializer, responses={202: EncodingSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Encode the title's current source."""
        data = validated(EncodingRequestSerializer, request)
        encoding = services.encode_again(slug, priority=data["priority"], codecs=data["codecs"])
        return Response(EncodingSerializer(encoding).data, status=status.HTTP_202_ACCEPTED)


class EncodingView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(responses=EncodingSerializer)
    def get(self, request: Request, encoding_id: uuid.UUID) -> Response:
        """How far an encoding is."""
        return Response(EncodingSerializer(_find(encoding_id)).data)


class EncodingCancelView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(request=None, responses=EncodingSerializer)
    def post(self, request: Request, encoding_id: uuid.UUID) -> Response:
        """Stop it. What is finished stays for a retry."""
        return Response(EncodingSerializer(services.cancel(_find(encoding_id))).data)


class EncodingRetryView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(request=None, responses={202: EncodingSerializer})
    def post(self, request: Request, encoding_id: uuid.UUID) -> Response:
        """Go on with what is missing of an encoding that failed or was cancelled."""
        encoding = services.retry(_find(encoding_id))
        return Response(EncodingSerializer(encoding).data, status=status.HTTP_202_ACCEPTED)


class RenditionEncodingsView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(request=None, responses={202: EncodingSerializer})
    def post(self, request: Request, encoding_id: uuid.UUID, name: str) -> Response:
        """Encode one rendition again, without touching the others."""
        encoding = services.encode_rendition_again(_find(encoding_id), name)
        return Response(EncodingSerializer(encoding).data, status=status.HTTP_202_ACCEPTED)


def _find(encoding_id: uuid.UUID) -> Encoding:
    rows = Encoding.objects.select_related("source__title").prefetch_related("renditions")
    encoding = rows.filter(pk=encoding_id).first()
    if encoding is None:
        raise NotFound("There is no such encoding.")
    return encoding
