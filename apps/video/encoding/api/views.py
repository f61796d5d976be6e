"""Encodings, for video staff."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireRole
from apps.common.problems import NotFound
from apps.video.encoding import services
from apps.video.encoding.api.serializers import EncodingSerializer
from apps.video.encoding.models import Encoding


class TitleEncodingsView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(request=None, responses={202: EncodingSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Encode the title's latest source."""
        encoding = services.encode_again(slug)
        return Response(EncodingSerializer(encoding).data, status=status.HTTP_202_ACCEPTED)


class EncodingView(APIView):
    permission_classes = [RequireRole("video_staff")]

    @extend_schema(responses=EncodingSerializer)
    def get(self, request: Request, encoding_id: uuid.UUID) -> Response:
        """How far an encoding is."""
        encoding = Encoding.objects.select_related("source__title").filter(pk=encoding_id).first()
        if encoding is None:
            raise NotFound("There is no such encoding.")
        return Response(EncodingSerializer(encoding).data)
