"""Examples and links of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from apps.catalog.examples import (
    ATTRIBUTE,
    BRAND,
    CARD,
    CATEGORY,
    COLLECTION,
    DETAIL,
    EUR_29,
    ID,
    IMPORT,
    KEPT_REPORT,
    LINES,
    LISTED_FOR_STAFF,
    MODERATED,
    MOVEMENT,
    NEW_PRODUCT,
    NEW_VARIANT,
    ORDER_ID,
    PAGE,
    PAGE_LINK,
    POLICY,
    PRODUCT_TYPE,
    QUOTE_LINE,
    READ_REVIEW,
    REPORT,
    RESERVATION,
    REVIEW,
    ROW,
    SALE,
    SEO,
    SHARE,
    SHOWN_CATEGORY,
    SHOWN_COLLECTION,
    STAFF_PRODUCT,
    STOCK,
    SUGGESTION,
    WAITING_IMPORT,
    WAREHOUSE,
    WISHED,
    page_of,
)

# By operation: its request under `request`, responses under their status.
EXAMPLES: dict[str, dict[str, Any]] = {
    "get_products": {"200": page_of(CARD) | {"total": 1, "corrected_query": None}},
    "post_products": {"request": NEW_PRODUCT, "201": STAFF_PRODUCT},
    "get_product": {"200": DETAIL},
    "patch_product": {
        "request": {"status": "published", "published_at": "2027-06-01T08:00:00Z", "related": ["brass-pen"]},
        "200": STAFF_PRODUCT,
    },
    "delete_product": {"200": STAFF_PRODUCT | {"status": "archived"}},
    "get_suggest": {
        "200": {"results": [SUGGESTION], "total": 1},
    },
    "post_variants": {"request": NEW_VARIANT, "201": STAFF_PRODUCT},
    "patch_variant": {"request": {"prices": [EUR_29], "sales": [SALE]}, "200": STAFF_PRODUCT},
    "post_images": {"201": STAFF_PRODUCT},
    "patch_image": {"request": {"alt": "An oak tray", "translations": {"de": {"alt": "Ein Tablett"}}}},
    "put_image_order": {"request": {"images": [ID]}, "200": STAFF_PRODUCT},
    "get_staff_products": {"200": page_of(LISTED_FOR_STAFF)},
    "get_staff_product": {"200": STAFF_PRODUCT},
    "post_quotes": {
        "request": {"currency": "EUR", "lines": LINES},
        "200": {"currency": "EUR", "lines": [QUOTE_LINE]},
    },
    "post_reservations": {
        "request": {"order_id": ORDER_ID, "lines": LINES, "ttl_seconds": 900},
        "201": RESERVATION,
    },
    "post_order_returns": {"request": {"id": ID, "lines": LINES}},
    "post_commit": {"200": RESERVATION | {"status": "committed"}},
    "get_reviews": {"200": page_of(REVIEW)},
    "post_reviews": {
        "request": {"rating": 5, "title": "Lovely", "body": "Holds a lot of tea."},
        "201": REVIEW | {"status": "pending"},
    },
    "post_categories": {
        "request": {"name": "Kitchen", "parent": "home", "translations": {"de": {"name": "Küche"}}},
        "201": CATEGORY,
    },
    "patch_category": {"request": {"parent": None, "slug": "cooking"}, "200": CATEGORY},
    "get_staff_categories": {"200": page_of(CATEGORY)},
    "get_staff_category": {"200": CATEGORY},
    "post_brands": {"request": {"name": "Norrund", "description": "From the north."}, "201": BRAND},
    "patch_brand": {"request": {"name": "Norrund & Sons"}, "200": BRAND | {"name": "Norrund & Sons"}},
    "get_staff_brands": {"200": page_of(BRAND)},
    "get_staff_brand": {"200": BRAND},
    "post_attributes": {
        "request": {"code": "material", "label": "Material", "choices": [{"label": "Oak"}]},
        "201": ATTRIBUTE,
    },
    "patch_attribute": {"request": {"is_facet": False}, "200": ATTRIBUTE | {"is_facet": False}},
    "get_staff_attribute": {"200": ATTRIBUTE},
    "post_choices": {"request": {"label": "Oak", "translations": {"de": {"label": "Eiche"}}}, "201": ATTRIBUTE},
    "patch_choice": {"request": {"label": "Oak"}, "200": ATTRIBUTE},
    "post_product_types": {
        "request": {
            "name": "Trays",
            "tax_class": "standard",
            "attributes": [{"code": "material", "is_required": True}],
        },
        "201": PRODUCT_TYPE,
    },
    "patch_product_type": {"request": {"attributes": []}, "200": PRODUCT_TYPE | {"attributes": []}},
    "get_staff_product_types": {"200": page_of(PRODUCT_TYPE)},
    "get_staff_product_type": {"200": PRODUCT_TYPE},
    "post_collections": {
        "request": {"title": "Under twenty", "kind": "rule", "rule": {"max_price": 2000, "in_stock": True}},
        "201": COLLECTION,
    },
    "patch_collection": {"request": {"is_published": True}, "200": COLLECTION},
    "put_collection_items": {
        "request": {"items": ["oak-tray", "brass-pen"]},
        "200": COLLECTION | {"kind": "manual", "rule": {}, "items": ["oak-tray", "brass-pen"]},
    },
    "get_staff_collection": {"200": COLLECTION},
    "get_staff_attributes": {"200": page_of({name: ATTRIBUTE[name] for name in ATTRIBUTE if name != "choices"})},
    "get_staff_collections": {"200": page_of({name: COLLECTION[name] for name in COLLECTION if name != "items"})},
    "get_wishlist": {"200": {"results": [WISHED], "share": SHARE}},
    "post_wishlist_share": {"request": {"name": "Ada"}, "200": SHARE},
    "get_shared_wishlist": {"200": {"name": "Ada", "results": [WISHED]}},
    "get_sitemap": {"200": {"results": [["oak-tray", "2026-11-26"]], "next": None}},
    "get_sitemap_chunks": {"200": {"results": [""]}},
    "get_pages": {"200": {"results": [PAGE_LINK]}},
    "get_page": {"200": PAGE},
    "get_categories": {"200": {"results": [SHOWN_CATEGORY]}},
    "get_category": {"200": SHOWN_CATEGORY | {"breadcrumbs": DETAIL["breadcrumbs"], "seo": SEO}},
    "get_collections": {"200": {"results": [SHOWN_COLLECTION]}},
    "get_collection": {"200": SHOWN_COLLECTION | {"seo": SEO}},
    "get_own_review": {"200": REVIEW | {"status": "pending"}},
    "patch_own_review": {"request": {"rating": 4}, "200": REVIEW | {"rating": 4, "status": "pending"}},
    "post_own_review_images": {
        "201": REVIEW | {"status": "pending"},
        "200": REVIEW | {"status": "pending"},
    },
    "post_reports": {"request": REPORT, "201": KEPT_REPORT, "200": KEPT_REPORT},
    "get_queue": {"200": page_of(MODERATED)},
    "get_queued_review": {"200": READ_REVIEW},
    "post_approve": {"200": READ_REVIEW},
    "post_reject": {"200": READ_REVIEW | {"status": "rejected"}},
    "get_imports": {"200": page_of(IMPORT)},
    "post_imports": {"202": WAITING_IMPORT},
    "get_import": {"200": IMPORT},
    "get_rows": {"200": page_of(ROW)},
    "post_apply": {"202": IMPORT | {"dry_run": False, "state": "waiting"}},
    "delete_variant": {"200": STAFF_PRODUCT | {"variants": []}},
    "delete_image": {"200": STAFF_PRODUCT | {"images": []}},
    "get_stock": {"200": page_of(STOCK)},
    "get_stock_item": {"200": STOCK},
    "get_stock_policy": {"200": POLICY},
    "patch_stock_policy": {"200": POLICY},
    "post_adjustments": {"201": {"movement": MOVEMENT, "stock": STOCK}},
    "post_transfers": {"201": STOCK},
    "get_movements": {"200": page_of(MOVEMENT)},
    "get_warehouses": {"200": page_of(WAREHOUSE)},
    "post_warehouses": {"request": WAREHOUSE, "201": WAREHOUSE},
    "get_warehouse": {"200": WAREHOUSE},
    "patch_warehouse": {"request": {"priority": 2}, "200": WAREHOUSE | {"priority": 2}},
}

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
# Tags follow what an address is about, not the Django app that serves it: generated clients keep their modules.
TAGS: tuple[tuple[str, str], ...] = (
    ("/internal/", "internal"),
    ("/v1/products/{slug}/reviews", "reviews"),
    ("/v1/reviews", "reviews"),
    ("/v1/imports", "imports"),
    ("/v1/exports", "imports"),
    ("/v1/reservations", "inventory"),
    ("/v1/stock", "inventory"),
    ("/v1/warehouses", "inventory"),
    ("/v1/search", "browse"),
    ("/v1/sitemap", "browse"),
    ("/v1/pages", "pages"),
    ("/v1/wishlist", "wishlists"),
    ("/v1/", "products"),
)


def describe_catalogue(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A spectacular post-processing hook."""
    for path, methods in result["paths"].items():
        tag = next(tag for prefix, tag in TAGS if path.startswith(prefix))
        for operation in methods.values():
            if isinstance(operation, dict) and "tags" in operation:
                operation["tags"] = [tag]
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
