"""OpenAPI for every service: how errors look is said once, for every operation."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "example": "/problems/invalid-input"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "instance": {"type": "string", "nullable": True},
        "request_id": {"type": "string", "nullable": True},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "Messages by field, for invalid input.",
        },
    },
    "additionalProperties": True,
}


class AutoSchema(SpectacularAutoSchema):
    """One tag a Django app, or the view's `openapi_tag`; operations are named after method and view:
    `get_products`, `post_reservation_commit`."""

    def get_operation_id(self) -> str:
        name = type(self.view).__name__.removesuffix("View")
        return f"{self.method.lower()}_{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}"

    def get_tags(self) -> list[str]:
        if tag := getattr(self.view, "openapi_tag", ""):
            return [tag]
        parts = self.view.__class__.__module__.split(".")
        return [parts[2] if len(parts) > 3 else parts[-1]]


class BearerScheme(OpenApiAuthenticationExtension):
    """Describes BearerAuthentication in the schema."""

    target_class = "apps.common.identity.authentication.BearerAuthentication"
    match_subclasses = True
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StaffSessionScheme(OpenApiAuthenticationExtension):
    """Describes StaffSessionAuthentication in the schema."""

    target_class = "apps.common.staff.authentication.StaffSessionAuthentication"
    name = "adminSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A spectacular post-processing hook: every operation may respond with a problem."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    problem = {
        "description": "A problem (RFC 9457); `type` says which.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].setdefault("default", problem)
    return _with_null_types(result) if result["openapi"].startswith("3.1") else result


def _with_null_types(node: Any) -> Any:
    """OpenAPI 3.1 knows no `nullable`: what may be null says so in its types."""
    if isinstance(node, list):
        return [_with_null_types(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _with_null_types(value) for name, value in node.items()}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        del node["nullable"]
        node["type"] = [node["type"], "null"]
    return node
