"""Titles and people: public facts, and changes by staff."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.conditional import ETAG, IF_MATCH, entity_tag, seen_versions
from apps.common.api.requests import validated, validated_query
from apps.common.api.views import REVALIDATE
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireRole
from apps.common.images import MAX_IMAGE_BYTES
from apps.common.problems import NotFound, ValidationProblem
from apps.video.titles import selectors, services
from apps.video.titles.api import examples, serializers
from apps.video.titles.models import Artwork, Title
from apps.video.titles.serializers import ArtworkSerializer, PersonSerializer, TitleSerializer, artwork_data

# Texts are in the reader's language.
PUBLIC = REVALIDATE | {"Vary": "Accept-Language"}
PRIVATE = {"Cache-Control": "private, no-cache"}


class StaffWrites:
    """Everybody reads; video staff write."""

    def get_permissions(self) -> list[BasePermission]:
        reads = self.request.method in ("GET", "HEAD", "OPTIONS")  # type: ignore[attr-defined]  # a view's mixin
        return [AllowAny()] if reads else [RequireRole("video_staff")()]


class StaffView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [RequireRole("video_staff")()]


def staff_title(slug: str, *, status: int = 200) -> Response:
    """A title as staff edit it, with the ETag for the next change."""
    title = selectors.any_title(slug)
    data = serializers.StaffTitleSerializer(title).data
    return Response(data, status=status, headers=PRIVATE | {"ETag": entity_tag(data, version=title.version)})


def staff_person(slug: str, *, status: int = 200) -> Response:
    """A person as staff edit them, with the ETag for the next change."""
    person = selectors.person_with_slug(slug)
    data = serializers.StaffPersonSerializer(person).data
    return Response(data, status=status, headers=PRIVATE | {"ETag": entity_tag(data, version=person.version)})


class TitlesView(StaffWrites, ListAPIView):
    """Titles that are on offer, by name."""

    serializer_class = TitleSerializer
    queryset = Title.objects.none()
    ordering = ("name", "id")

    @extend_schema(parameters=[serializers.TitlesQuerySerializer], examples=[examples.LISTED])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Titles that are on offer, by name: films and series, or those of the `kind` that is asked for."""
        response = self.list(request, *args, **kwargs)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    def get_queryset(self) -> QuerySet[Title]:
        return selectors.listed(**validated_query(serializers.TitlesQuerySerializer, self.request))

    @extend_schema(
        request=serializers.NewTitleSerializer,
        responses={201: serializers.StaffTitleSerializer},
        parameters=[ETAG],
        examples=[examples.NEW_FILM, examples.NEW_EPISODE, examples.DRAFT],
    )
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """A new title, as a draft until it is encoded; a series until its first episode is."""
        fields = dict(validated(serializers.NewTitleSerializer, request))
        title = services.create_title(fields.pop("slug"), fields=fields)
        return staff_title(title.slug, status=status.HTTP_201_CREATED)


class TitleView(StaffWrites, APIView):
    @extend_schema(responses=serializers.WholeTitleSerializer, examples=[examples.WHOLE_FILM, examples.WHOLE_SERIES])
    def get(self, request: Request, slug: str) -> Response:
        """One title, with its seasons, episodes and extras. It is here before and after it is on offer, too."""
        return Response(serializers.whole_title(slug), headers=PUBLIC)

    @extend_schema(
        request=serializers.TitleFactsSerializer,
        responses=serializers.StaffTitleSerializer,
        parameters=[IF_MATCH, ETAG],
        examples=[examples.WINDOW, examples.STAFF],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is named and leave the rest. Read `/v1/staff/titles/{slug}` for its ETag."""
        fields = dict(validated(serializers.TitleFactsSerializer, request, partial=True))
        services.change_title(slug, fields=fields, versions=seen_versions(request))
        return staff_title(slug)


class StaffTitleView(StaffView):
    @extend_schema(responses=serializers.StaffTitleSerializer, parameters=[ETAG], examples=[examples.STAFF])
    def get(self, request: Request, slug: str) -> Response:
        """One title as staff edit it, in any state. Send its ETag as If-Match with the change."""
        return staff_title(slug)


class WithdrawView(StaffView):
    @extend_schema(
        request=None,
        responses=serializers.StaffTitleSerializer,
        parameters=[IF_MATCH, ETAG],
        examples=[examples.WITHDRAWN_TITLE],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Take a title, with everything below it, off the lists and out of the shop. Who bought it may still watch."""
        services.withdraw(selectors.any_title(slug), versions=seen_versions(request))
        return staff_title(slug)


class ReturnView(StaffView):
    @extend_schema(
        request=None,
        responses=serializers.StaffTitleSerializer,
        parameters=[IF_MATCH, ETAG],
        examples=[examples.STAFF],
    )
    def post(self, request: Request, slug: str) -> Response:
        """List and sell a withdrawn title again."""
        services.bring_back(selectors.any_title(slug), versions=seen_versions(request))
        return staff_title(slug)


class ArtworkListView(StaffView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": serializers.NewArtworkSerializer},
        responses={201: ArtworkSerializer, 200: ArtworkSerializer},
        examples=[examples.ARTWORK],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add a still, or set the backdrop or the logo. The same file again returns 200 and changes nothing."""
        data = validated(serializers.NewArtworkSerializer, request)
        if data["file"].size > MAX_IMAGE_BYTES:
            message = gettext("The image is larger than %(limit)s MB.") % {"limit": MAX_IMAGE_BYTES // 1024**2}
            raise ValidationProblem(message, errors={"file": [message]})
        artwork, is_new = services.add_artwork(slug, Artwork.Kind(data["kind"]), data["file"].read())
        return Response(artwork_data(artwork), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class ArtworkView(StaffView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, artwork_id: int) -> Response:
        """Take an image away."""
        artwork = Artwork.objects.filter(pk=artwork_id, title__slug=slug).first()
        if artwork is None:
            raise NotFound(gettext("This title has no such image."))
        services.remove_artwork(artwork)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PeopleView(StaffView):
    @extend_schema(
        request=serializers.NewPersonSerializer,
        responses={201: serializers.StaffPersonSerializer},
        parameters=[ETAG],
        examples=[examples.NEW_PERSON, examples.MADE_PERSON],
    )
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Somebody new; people whom credits name are made by themselves."""
        fields = dict(validated(serializers.NewPersonSerializer, request))
        person = services.create_person(fields.pop("slug"), fields=fields)
        return staff_person(person.slug, status=status.HTTP_201_CREATED)


class PersonView(StaffWrites, APIView):
    @extend_schema(responses=PersonSerializer, examples=[examples.PUBLIC_PERSON])
    def get(self, request: Request, slug: str) -> Response:
        """One person. `GET /v1/titles?person=` lists what they had a part in."""
        return Response(PersonSerializer(selectors.person_with_slug(slug)).data, headers=PUBLIC)

    @extend_schema(
        request=serializers.PersonFactsSerializer,
        responses=serializers.StaffPersonSerializer,
        parameters=[IF_MATCH, ETAG],
        examples=[examples.PERSON_CHANGE, examples.PERSON_OF_STAFF],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is named and leave the rest. Read `/v1/staff/people/{slug}` for the ETag."""
        fields: dict[str, Any] = dict(validated(serializers.PersonFactsSerializer, request, partial=True))
        services.change_person(slug, fields=fields, versions=seen_versions(request))
        return staff_person(slug)


class StaffPersonView(StaffView):
    @extend_schema(responses=serializers.StaffPersonSerializer, parameters=[ETAG], examples=[examples.PERSON_OF_STAFF])
    def get(self, request: Request, slug: str) -> Response:
        """One person as staff edit them. Send the ETag as If-Match with the change."""
        return staff_person(slug)
