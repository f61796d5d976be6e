"""Collections, for staff."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.backoffice.api import taxonomy_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import seen_rows, staff_response
from apps.catalog.backoffice.api.views import StaffListView, StaffView, StaffWrites, found
from apps.catalog.products.models import Collection
from apps.catalog.products.services import collections
from apps.common.api.conditional import ETAG, IF_MATCH
from apps.common.api.requests import validated
from apps.common.idempotency import idempotent


def collection_data(collection: Collection) -> dict[str, Any]:
    return serializers.StaffCollectionSerializer(collection).data


class StaffCollectionsView(StaffListView):
    """List all collections, including unpublished ones, without their products."""

    serializer_class = serializers.StaffListedCollectionSerializer
    queryset = Collection.objects.all()
    ordering = ("position", "id")


class StaffCollectionView(StaffView):
    @extend_schema(responses=serializers.StaffCollectionSerializer, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """One collection with its products."""
        return staff_response(collection_data(found(Collection.objects.filter(slug=slug))))


class CollectionsWrites(StaffWrites):
    @extend_schema(
        request=serializers.NewCollectionSerializer,
        responses={201: serializers.StaffCollectionSerializer},
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a collection, either manual with `items` or with a `rule`."""
        columns = dict(validated(serializers.NewCollectionSerializer, request))
        made = collections.create_collection(columns, columns.pop("items", ()))
        at = f"/v1/staff/collections/{made.slug}"
        return staff_response(collection_data(made), status=status.HTTP_201_CREATED, at=at)


class CollectionWrites(StaffWrites):
    @extend_schema(
        request=serializers.CollectionChangeSerializer,
        responses=serializers.StaffCollectionSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change a collection. Setting a rule removes the items; making it manual removes the rule."""
        columns = validated(serializers.CollectionChangeSerializer, request)
        changed = collections.change_collection(slug, columns, guard=seen_rows(request, collection_data))
        return staff_response(collection_data(changed))

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a collection; its products stay."""
        collections.delete_collection(slug, guard=seen_rows(request, collection_data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CollectionItemsView(StaffView):
    @extend_schema(
        request=serializers.ItemsSerializer,
        responses=serializers.StaffCollectionSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Replace the products of a manual collection, in this order."""
        items = validated(serializers.ItemsSerializer, request)["items"]
        return staff_response(
            collection_data(collections.set_items(slug, items, guard=seen_rows(request, collection_data)))
        )
