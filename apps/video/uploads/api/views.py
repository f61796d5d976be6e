"""Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload), for video staff."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.identity.permissions import RequireRole, user_id_of
from apps.common.middleware import body_length
from apps.common.problems import Problem, ValidationProblem
from apps.common.revocation.authentication import RevocableBearerAuthentication
from apps.common.staff.authentication import StaffSessionAuthentication
from apps.video.uploads import protocol, receiving, selectors, services
from apps.video.uploads.api.serializers import UploadSerializer
from apps.video.uploads.models import Upload
from apps.video.uploads.problems import UnsupportedVersion, WrongContentType

PRIORITIES = range(-100, 101)
OVERRIDES = ("DELETE", "HEAD", "PATCH")
BYTES = {protocol.CONTENT_TYPE: OpenApiTypes.BINARY}


def _header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=description)


VERSION_HEADER = _header("Tus-Resumable", "The version of tus: 1.0.0.", required=True)
CHECKSUM_HEADER = _header("Upload-Checksum", "`sha1`, `sha256` or `md5`, and the body's digest in Base64.")


class TusView(APIView):
    """What all requests of tus have in common."""

    authentication_classes = [RevocableBearerAuthentication, StaffSessionAuthentication]
    permission_classes = [RequireRole("video_staff")]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Clients that cannot send a method send POST and name it in a header."""
        override = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and override in OVERRIDES:
            request.method = override
        return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> Any:
        return [AllowAny()] if self.request.method == "OPTIONS" else super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # First of all: what protects sessions against forged requests would read a form.
        if body_length(request) and request.META.get("CONTENT_TYPE") != protocol.CONTENT_TYPE:
            raise WrongContentType(
                gettext("Send the bytes of the file with the Content-Type %(type)s.") % {"type": protocol.CONTENT_TYPE}
            )
        super().initial(request, *args, **kwargs)
        if request.method not in ("OPTIONS", "GET") and request.headers.get("Tus-Resumable") != protocol.VERSION:
            message = gettext("Send the header Tus-Resumable: %(version)s.") % {"version": protocol.VERSION}
            raise UnsupportedVersion(message, headers={"Tus-Version": protocol.VERSION})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Tus-Resumable"] = protocol.VERSION
        return response

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What of tus is spoken here."""
        headers = {
            "Tus-Version": protocol.VERSION,
            "Tus-Extension": protocol.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(protocol.ALGORITHMS),
            "Tus-Max-Size": str(settings.UPLOAD_MAX_GB * services.GIB),
        }
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)


class UploadsView(TusView):
    @extend_schema(
        request=BYTES,
        responses={201: OpenApiResponse(description="Begun; `Location` is where to send the rest.")},
        parameters=[
            VERSION_HEADER,
            _header("Upload-Length", "Bytes of the whole file; not for one that is made of parts."),
            _header("Upload-Metadata", "`title` (slug of the film), `filename`, `priority` (-100 to 100), in Base64."),
            _header("Upload-Concat", "`partial`, or `final;` and the addresses of the parts."),
            CHECKSUM_HEADER,
        ],
    )
    def post(self, request: Request) -> Response:
        """Begin an upload; a body is its first bytes."""
        upload = services.begin(_requested(request))
        headers = {"Location": request.build_absolute_uri(_address(upload.pk))}
        size = body_length(request)
        if size:
            try:
                offset = _receive(request, upload, offset=0, size=size)
            except Problem:
                # Its address is known to nobody.
                services.end(upload)
                raise
            headers["Upload-Offset"] = str(offset)
        return Response(status=status.HTTP_201_CREATED, headers=headers | _expiry(upload))


class UploadView(TusView):
    @extend_schema(responses=UploadSerializer)
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        """How much has arrived, and what became of it: receiving, checking, accepted or refused."""
        upload = services.find(upload_id, user_id_of(request), is_direct=False)
        upload.offset = selectors.offset_of(upload)  # type: ignore[attr-defined]
        return Response(UploadSerializer(upload).data)

    def head(self, request: Request, upload_id: uuid.UUID) -> Response:
        """How much has arrived, for a client that goes on."""
        upload = services.find(upload_id, user_id_of(request), is_direct=False)
        headers = {"Upload-Offset": str(selectors.offset_of(upload)), "Upload-Length": str(upload.length)}
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        if upload.is_partial:
            headers["Upload-Concat"] = "partial"
        elif parts := services.parts_of(upload):
            headers["Upload-Concat"] = f"final;{' '.join(_address(part) for part in parts)}"
        return Response(headers=headers | _expiry(upload))

    @extend_schema(
        request=BYTES,
        responses={204: OpenApiResponse(description="Written; `Upload-Offset` says where to go on.")},
        parameters=[
            VERSION_HEADER,
            _header("Upload-Offset", "Where the body begins, as HEAD says it.", required=True),
            CHECKSUM_HEADER,
        ],
    )
    def patch(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Send more of it. Whatever arrived stays when the connection breaks; HEAD says how much that is."""
        if request.META.get("CONTENT_TYPE") != protocol.CONTENT_TYPE:
            raise WrongContentType(
                gettext("Send the bytes of the file with the Content-Type %(type)s.") % {"type": protocol.CONTENT_TYPE}
            )
        offset = protocol.read_number("Upload-Offset", request.headers.get("Upload-Offset"))
        upload = services.find(upload_id, user_id_of(request), is_direct=False)
        reached = _receive(request, upload, offset=offset, size=body_length(request) or 0)
        upload.refresh_from_db(fields=["expires_at"])
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"Upload-Offset": str(reached)} | _expiry(upload))

    @extend_schema(responses={204: None}, parameters=[VERSION_HEADER])
    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Cancel it; what has arrived is removed."""
        services.end(services.find(upload_id, user_id_of(request), is_direct=False))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _requested(request: Request) -> services.NewUpload:
    """The upload that headers describe. Raises ValidationProblem."""
    raw = request.headers.get("Upload-Metadata", "")
    metadata = protocol.read_metadata(raw)
    concatenation = protocol.read_concatenation(request.headers.get("Upload-Concat"))
    length = 0 if concatenation.parts else protocol.read_number("Upload-Length", request.headers.get("Upload-Length"))
    if concatenation.parts and body_length(request):
        raise ValidationProblem(gettext("An upload that is made of parts has no body of its own."))
    return services.NewUpload(
        owner_id=user_id_of(request),
        title=metadata.get("title", ""),
        length=length,
        filename=metadata.get("filename", ""),
        metadata=raw,
        priority=_priority(metadata.get("priority", "0")),
        is_partial=concatenation.is_partial,
        parts=concatenation.parts,
    )


def _priority(text: str) -> int:
    if text not in {str(number) for number in PRIORITIES}:
        message = gettext("The priority must be a whole number from -100 to 100.")
        raise ValidationProblem(message, errors={"priority": [message]})
    return int(text)


def _receive(request: Request, upload: Upload, *, offset: int, size: int) -> int:
    checksum = protocol.read_checksum(request.headers.get("Upload-Checksum"))
    return receiving.receive(upload, request._request, offset=offset, size=size, checksum=checksum)


def _address(upload_id: uuid.UUID) -> str:
    return reverse("upload", args=[upload_id])


def _expiry(upload: Upload) -> dict[str, str]:
    """Until when it may be continued; nothing once it is complete."""
    return (
        {"Upload-Expires": http_date(upload.expires_at.timestamp())} if upload.state == Upload.State.RECEIVING else {}
    )
