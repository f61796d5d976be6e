"""Attributes with their choices, and product types, for staff."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.backoffice.api import taxonomy_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import seen_rows, staff_response
from apps.catalog.backoffice.api.views import StaffListView, StaffView, found
from apps.catalog.products.models import Attribute, ProductType, ProductTypeAttribute
from apps.catalog.products.services import attributes
from apps.common.api.conditional import ETAG, IF_MATCH
from apps.common.api.requests import validated
from apps.common.idempotency import idempotent


def attribute_data(attribute: Attribute) -> dict[str, Any]:
    return serializers.StaffAttributeSerializer(attribute).data


def type_data(product_type: ProductType) -> dict[str, Any]:
    return serializers.StaffProductTypeSerializer(types().get(pk=product_type.pk)).data


def types() -> Any:
    type_attributes = ProductTypeAttribute.objects.select_related("attribute").order_by("position", "id")
    return ProductType.objects.prefetch_related(Prefetch("type_attributes", type_attributes))


def _attribute_response(code: str, *, status: int = 200) -> Response:
    """The whole attribute, whose ETag stands for its choices too."""
    at = f"/v1/staff/attributes/{code}" if status == 201 else ""
    return staff_response(attribute_data(found(Attribute.objects.filter(code=code))), status=status, at=at)


class StaffAttributesView(StaffListView):
    """List all attributes by code, without their choices."""

    serializer_class = serializers.StaffListedAttributeSerializer
    queryset = Attribute.objects.all()
    ordering = ("code",)


class StaffAttributeView(StaffView):
    @extend_schema(responses=serializers.StaffAttributeSerializer, parameters=[ETAG])
    def get(self, request: Request, code: str) -> Response:
        """One attribute with its choices."""
        return _attribute_response(code)


class AttributesView(StaffView):
    @extend_schema(
        request=serializers.NewAttributeSerializer,
        responses={201: serializers.StaffAttributeSerializer},
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create an attribute, with its choices if its kind is `choice`."""
        columns = dict(validated(serializers.NewAttributeSerializer, request))
        choices = columns.pop("choices", ())
        code = attributes.create_attribute(columns, choices).code
        return _attribute_response(code, status=status.HTTP_201_CREATED)


class AttributeView(StaffView):
    @extend_schema(
        request=serializers.AttributeChangeSerializer,
        responses=serializers.StaffAttributeSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change an attribute. Its kind can change only while no product has a value of it."""
        columns = validated(serializers.AttributeChangeSerializer, request)
        attributes.change_attribute(code, columns, guard=seen_rows(request, attribute_data))
        return _attribute_response(code)

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, code: str) -> Response:
        """Delete an attribute that no product has a value of and no product type uses."""
        attributes.delete_attribute(code, guard=seen_rows(request, attribute_data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChoicesView(StaffView):
    @extend_schema(
        request=serializers.NewChoiceSerializer,
        responses={201: serializers.StaffAttributeSerializer},
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request, code: str) -> Response:
        """Add a choice."""
        attributes.add_choice(code, validated(serializers.NewChoiceSerializer, request))
        return _attribute_response(code, status=status.HTTP_201_CREATED)


class ChoiceView(StaffView):
    @extend_schema(
        request=serializers.ChoiceChangeSerializer,
        responses=serializers.StaffAttributeSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, code: str, slug: str) -> Response:
        """Change a choice; products with it show the new label and are found by it at once."""
        columns = validated(serializers.ChoiceChangeSerializer, request)
        attributes.change_choice(code, slug, columns, guard=seen_rows(request, attribute_data))
        return _attribute_response(code)

    @extend_schema(responses=serializers.StaffAttributeSerializer, parameters=[IF_MATCH, ETAG])
    def delete(self, request: Request, code: str, slug: str) -> Response:
        """Delete a choice that no product has."""
        attributes.delete_choice(code, slug, guard=seen_rows(request, attribute_data))
        return _attribute_response(code)


class StaffProductTypesView(StaffListView):
    """List all product types by name, with their attributes."""

    serializer_class = serializers.StaffProductTypeSerializer
    queryset = types()
    ordering = ("name", "id")


class StaffProductTypeView(StaffView):
    @extend_schema(responses=serializers.StaffProductTypeSerializer, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """One product type with the attributes that it asks for."""
        return staff_response(type_data(found(ProductType.objects.filter(slug=slug))))


class ProductTypesView(StaffView):
    @extend_schema(
        request=serializers.NewProductTypeSerializer,
        responses={201: serializers.StaffProductTypeSerializer},
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a product type with these attributes."""
        columns = dict(validated(serializers.NewProductTypeSerializer, request))
        made = attributes.create_product_type(columns, columns.pop("attributes", ()))
        at = f"/v1/staff/product-types/{made.slug}"
        return staff_response(type_data(made), status=status.HTTP_201_CREATED, at=at)


class ProductTypeView(StaffView):
    @extend_schema(
        request=serializers.ProductTypeChangeSerializer,
        responses=serializers.StaffProductTypeSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change a product type. Published products stay published even without newly required attributes."""
        columns = dict(validated(serializers.ProductTypeChangeSerializer, request))
        type_attributes = columns.pop("attributes", None)
        changed = attributes.change_product_type(slug, columns, type_attributes, guard=seen_rows(request, type_data))
        return staff_response(type_data(changed))

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a product type without products."""
        attributes.delete_product_type(slug, guard=seen_rows(request, type_data))
        return Response(status=status.HTTP_204_NO_CONTENT)
