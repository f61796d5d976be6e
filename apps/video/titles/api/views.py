"""Films: public facts, and changes by staff."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated, validated_query
from apps.common.api.views import REVALIDATE
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireRole
from apps.video.titles import selectors, services
from apps.video.titles.api import serializers
from apps.video.titles.models import Title
from apps.video.titles.serializers import TitleSerializer


class StaffWrites:
    """Everybody reads; video staff write."""

    def get_permissions(self) -> list[BasePermission]:
        reads = self.request.method in ("GET", "HEAD", "OPTIONS")  # type: ignore[attr-defined]  # a view's mixin
        return [AllowAny()] if reads else [RequireRole("video_staff")()]


class TitlesView(StaffWrites, ListAPIView):
    """Titles that can be watched, by name."""

    serializer_class = TitleSerializer
    queryset = Title.objects.none()
    ordering = ("name", "id")

    @extend_schema(parameters=[serializers.TitlesQuerySerializer])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Titles that can be watched, by name."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Title]:
        query = validated_query(serializers.TitlesQuerySerializer, self.request)
        return selectors.listed(package=query.get("package", ""), kind=query.get("kind", ""))

    @extend_schema(request=serializers.NewTitleSerializer, responses={201: TitleSerializer})
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """A new film, as a draft until it is encoded."""
        data = validated(serializers.NewTitleSerializer, request)
        fields = dict(data)
        slug = fields.pop("slug")
        title = services.create_title(slug, fields=fields)
        return Response(TitleSerializer(title).data, status=status.HTTP_201_CREATED)


class TitleView(StaffWrites, APIView):
    @extend_schema(responses=TitleSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """One film."""
        return Response(TitleSerializer(selectors.listed_title(slug)).data, headers=REVALIDATE)

    @extend_schema(request=serializers.TitleFactsSerializer, responses=TitleSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change a film's facts."""
        data = validated(serializers.TitleFactsSerializer, request, partial=True)
        title = services.change_title(slug, fields=dict(data))
        return Response(TitleSerializer(title).data)
