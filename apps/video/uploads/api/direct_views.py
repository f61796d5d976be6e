"""Uploads that go straight to Blob Storage, for video staff."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE
from apps.common.identity.permissions import RequireRole, user_id_of
from apps.common.revocation.authentication import RevocableBearerAuthentication
from apps.common.staff.authentication import StaffSessionAuthentication
from apps.video.uploads import direct, direct_storage, services
from apps.video.uploads.api.serializers import DirectUploadSerializer, NewDirectUploadSerializer
from apps.video.uploads.models import Upload


class DirectView(APIView):
    """What all of these have in common."""

    authentication_classes = [RevocableBearerAuthentication, StaffSessionAuthentication]
    permission_classes = [RequireRole("video_staff")]

    def find(self, request: Request, upload_id: uuid.UUID) -> Upload:
        """The caller's upload. Raises NotFound, Gone, or NoContainer where films are not sent to Blob Storage."""
        direct_storage.require_container()
        return services.find(upload_id, user_id_of(request), is_direct=True)


class DirectUploadsView(DirectView):
    @extend_schema(request=NewDirectUploadSerializer, responses={201: DirectUploadSerializer})
    def post(self, request: Request) -> Response:
        """Begin an upload straight to Blob Storage.

        Put blocks of `block_bytes` (the last one is shorter), each to `url` with
        `&comp=block&blockid=<Base64 of the block's number, eight digits, the first is 00000000>` added, in any order
        and several at a time; then ask for `complete`. After an interruption, and when `url` expires, GET the upload:
        it says which blocks are there, and has a new `url`. 404 `no-direct-uploads` where films are sent to
        `/v1/uploads`.
        """
        direct_storage.require_container()
        data = validated(NewDirectUploadSerializer, request)
        upload = services.begin(services.NewUpload(owner_id=user_id_of(request), is_direct=True, **data))
        return _response(upload, status.HTTP_201_CREATED)


class DirectUploadView(DirectView):
    @extend_schema(responses=DirectUploadSerializer)
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        """How far it is, and an address to go on with; then what became of it."""
        return _response(self.find(request, upload_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Cancel it; what has arrived is removed."""
        services.end(self.find(request, upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CompleteDirectUploadView(DirectView):
    @extend_schema(request=None, responses={202: DirectUploadSerializer})
    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        """All blocks have arrived: have the film checked and encoded. 409 `upload-incomplete` names those `missing`."""
        direct.complete(self.find(request, upload_id))
        return _response(self.find(request, upload_id), status.HTTP_202_ACCEPTED)


def _response(upload: Upload, code: int = status.HTTP_200_OK) -> Response:
    progress = direct.look(upload)
    upload.progress = progress  # type: ignore[attr-defined]  # for the serializer
    return Response(DirectUploadSerializer(upload).data, status=code, headers=NO_STORE)
