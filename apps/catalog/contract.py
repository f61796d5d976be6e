"""What the OpenAPI document says beyond types: examples, and where to go from an answer (links)."""

from __future__ import annotations

from typing import Any

from apps.catalog.examples import EXAMPLES

# What is made is read, changed and deleted by its name: {operation: (name in the address, pointer, next operations)}.
LINKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "post_products": (
        "slug",
        "slug",
        (
            *("get_staff_product", "get_product", "patch_product", "delete_product"),
            *("post_variants", "post_images", "get_reviews"),
        ),
    ),
    "post_categories": ("path", "path", ("get_staff_category", "get_category", "patch_category", "delete_category")),
    "post_brands": ("slug", "slug", ("get_staff_brand", "patch_brand", "delete_brand")),
    "post_attributes": (
        *("code", "code"),
        ("get_staff_attribute", "patch_attribute", "delete_attribute", "post_choices"),
    ),
    "post_product_types": ("slug", "slug", ("get_staff_product_type", "patch_product_type", "delete_product_type")),
    "post_collections": (
        *("slug", "slug"),
        ("get_staff_collection", "get_collection", "patch_collection", "put_collection_items", "delete_collection"),
    ),
    "post_reservations": ("reservation_id", "id", ("post_commit", "delete_reservation")),
}
JSON = "application/json"


def describe_catalogue(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A spectacular post-processing hook."""
    operations = {
        operation["operationId"]: operation
        for path in result["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    for name, examples in EXAMPLES.items():
        _add_examples(operations[name], examples)
    for name, (parameter, pointer, targets) in LINKS.items():
        links = {target: _link(operations[target], parameter, pointer) for target in targets}
        operations[name]["responses"]["201"]["links"] = links
    return result


def _add_examples(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    for place, example in examples.items():
        part = operation["requestBody"] if place == "request" else operation["responses"][place]
        part["content"][JSON]["example"] = example


def _link(target: dict[str, Any], parameter: str, pointer: str) -> dict[str, Any]:
    parameters = {parameter: f"$response.body#/{pointer}"}
    if any(known["name"] == "If-Match" for known in target.get("parameters", ())):
        parameters["If-Match"] = "$response.header.ETag"
    return {"operationId": target["operationId"], "parameters": parameters}
