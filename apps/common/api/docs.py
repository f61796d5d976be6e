"""`/docs/`: the API's documentation as the service's own page: no third-party script, readable without JavaScript."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.cache import get_conditional_response
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

METHODS = ("get", "post", "put", "patch", "delete")
CACHE_CONTROL = "public, max-age=300"


class SchemaView(APIView):
    """`/schema/`: the OpenAPI document, in YAML or, when asked for, JSON."""

    schema = None
    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    renderer_classes: list[type[BaseRenderer]] = SpectacularAPIView.renderer_classes

    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        return _cached_response(request, written_document(renderer.format), content_type=renderer.media_type)


def docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, body and responses, grouped by tag, from the same document as `/schema/`."""
    return _cached_response(request, page(get_script_prefix()), content_type="text/html; charset=utf-8")


def _cached_response(request: HttpRequest | Request, content: bytes, *, content_type: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": etag, "Vary": "Accept"}
    response = HttpResponse(content, content_type=content_type, headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


# It takes half a second of CPU to make the document and as much to write it, and a process never has another one.
@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this service."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def written_document(form: str) -> bytes:
    """The document in one of its formats, by DRF's name of it (`yaml`, `json`)."""
    renderer = next(renderer for renderer in SchemaView.renderer_classes if renderer.format == form)
    rendered = renderer().render(document(), renderer_context={})
    return rendered.encode() if isinstance(rendered, str) else rendered


@cache
def page(script_prefix: str) -> bytes:
    """The page behind the gateway's prefix or without it (WSGI lets no other be given)."""
    schema = document()
    groups: dict[str, list[dict]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                entry = _operation(path, method, operation, schema)
                groups.setdefault(operation.get("tags", ["other"])[0], []).append(entry)
    context = {"service": settings.SERVICE, "prefix": settings.PUBLIC_PREFIX, "groups": sorted(groups.items())}
    return render_to_string("common/docs.html", context).encode()


def _operation(path: str, method: str, operation: dict, schema: dict) -> dict:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "method": method.upper(),
        "path": path,
        "id": operation["operationId"],
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "fields": _fields(body, schema),
        "is_public": {} in operation.get("security", [{}]),
        "responses": [
            (status, response.get("description", ""), _fields(_json(response), schema))
            for status, response in operation["responses"].items()
            if status != "default"
        ],
    }


def _json(response: dict) -> dict:
    return response.get("content", {}).get("application/json", {}).get("schema", {})


def _fields(node: dict, schema: dict) -> list[dict]:
    """The properties of an object schema, one level deep, with a readable type."""
    node = _resolve(node, schema)
    required = set(node.get("required", []))
    return [
        {
            "name": name,
            "type": _type_name(value),
            "required": name in required,
            "description": _resolve(value, schema).get("description", ""),
        }
        for name, value in node.get("properties", {}).items()
    ]


def _resolve(node: dict, schema: dict) -> dict:
    while "$ref" in node or len(node.get("allOf", [])) == 1:
        node = schema["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node["allOf"][0]
    return node


def _type_name(node: dict) -> str:
    if "$ref" in node:
        return node["$ref"].rsplit("/", 1)[1]
    if "allOf" in node:
        return _type_name(node["allOf"][0])
    if "oneOf" in node:
        return " or ".join(_type_name(choice) for choice in node["oneOf"])
    types = node.get("type", "any")
    kinds = [types] if isinstance(types, str) else types
    if "array" in kinds:
        return f"list of {_type_name(node.get('items', {}))}"
    kind = node.get("format") or next((name for name in kinds if name != "null"), "null")
    return f"{kind} or null" if node.get("nullable") or kinds[1:] else kind
