"""Examples of what clients send and get, by operation: its request under `request`, answers under their status.

`tests/test_schema.py` holds them against the document's schemas.
"""

from __future__ import annotations

from typing import Any

EUR_29: dict[str, Any] = {"amount": 2900, "currency": "EUR"}
EUR_19: dict[str, Any] = {"amount": 1900, "currency": "EUR"}
ID = "01a215e8-c317-7113-8438-5990e633858d"
ORDER_ID = "01a215e9-3b83-7419-a975-66a56a7a57b9"

SALE = {"price": EUR_19, "starts_at": "2027-06-01T00:00:00Z", "ends_at": "2027-07-01T00:00:00Z"}
NEW_VARIANT = {
    "sku": "TRAY-OAK",
    "barcode": "4006381333931",
    "options": {"size": "40 cm"},
    "weight_grams": 900,
    "prices": [EUR_29],
    "sales": [SALE],
}
NEW_PRODUCT = {
    "title": "Oak tray",
    "category": "home/kitchen",
    "brand": "norrund",
    "product_type": "trays",
    "summary": "Carries breakfast.",
    "translations": {"de": {"title": "Tablett aus Eiche"}},
    "attributes": {"material": ["oak"], "width": 40, "handmade": True},
    "variants": [NEW_VARIANT],
}
LISTED_FOR_STAFF = {
    "id": ID,
    "slug": "oak-tray",
    "title": "Oak tray",
    "kind": "goods",
    "status": "draft",
    "category": "home/kitchen",
    "brand": "norrund",
    "product_type": "trays",
    "is_featured": False,
    "published_at": None,
    "published_until": None,
    "price": EUR_29,
    "availability": "out_of_stock",
    "sales_count": 0,
    "updated_at": "2026-11-26T09:30:00Z",
    "version": 2,
}
STAFF_PRODUCT = LISTED_FOR_STAFF | {
    "summary": "Carries breakfast.",
    "description": "",
    "title_slug": "",
    "year": None,
    "seo_title": "",
    "seo_description": "",
    "translations": {"de": {"title": "Tablett aus Eiche"}},
    "attributes": {"material": ["oak"], "width": 40.0, "handmade": True},
    "related": [],
    "collections": [],
    "variants": [
        {
            "sku": "TRAY-OAK",
            "barcode": "4006381333931",
            "name": "",
            "options": {"size": "40 cm"},
            "weight_grams": 900,
            "offer": "",
            "rental_hours": None,
            "title_slug": "",
            "position": 0,
            "translations": {},
            "prices": [EUR_29],
            "sales": [SALE],
            "stock": {"on_hand": 0, "reserved": 0, "available": 0},
        }
    ],
    "images": [
        {
            "id": ID,
            "url": "https://shop.example/media/catalog/products/originals/tray.jpg",
            "alt": "An oak tray with two cups",
            "width": 3000,
            "height": 2000,
            "position": 0,
            "is_rendered": True,
            "failure": "",
            "translations": {},
        }
    ],
    "created_at": "2026-11-26T09:30:00Z",
}
WEBP = [{"url": "https://shop.example/media/catalog/products/7/tray-640.webp", "width": 640}]
IMAGE = {
    "url": "https://shop.example/media/catalog/products/7/tray-640.webp",
    "alt": "An oak tray with two cups",
    "width": 3000,
    "height": 2000,
    "srcset": WEBP,
    "sources": [{"type": "image/webp", "srcset": WEBP}],
}
CARD = {
    "id": ID,
    "slug": "oak-tray",
    "title": "Oak tray",
    "kind": "goods",
    "summary": "Carries breakfast.",
    "brand": "Norrund",
    "category": {"path": "home/kitchen", "name": "Kitchen"},
    "price": EUR_19,
    "regular_price": EUR_29,
    "price_from": False,
    "image": IMAGE,
    "rating": {"average": 4.5, "count": 12},
    "availability": "in_stock",
    "title_slug": None,
    "year": None,
}
DETAIL = CARD | {
    "brand_slug": "norrund",
    "rating": {"average": 4.5, "count": 12, "histogram": [0, 0, 1, 4, 7]},
    "description": "",
    "attributes": [{"name": "width", "label": "Width", "value": "40", "kind": "number", "unit": "cm"}],
    "variants": [
        {
            "sku": "TRAY-OAK",
            "barcode": "4006381333931",
            "name": "",
            "options": {"size": "40 cm"},
            "price": EUR_19,
            "regular_price": EUR_29,
            "sale_ends_at": "2027-07-01T00:00:00Z",
            "availability": "in_stock",
            "available": 20,
            "available_on": None,
            "weight_grams": 900,
            "offer": None,
            "rental_hours": None,
            "title_slug": None,
        }
    ],
    "images": [IMAGE],
    "breadcrumbs": [{"path": "home", "name": "Home"}, {"path": "home/kitchen", "name": "Kitchen"}],
    "related": [],
    "seo": {"title": "Oak tray", "description": "Carries breakfast."},
    "updated_at": "2026-11-26T09:30:00Z",
}
QUOTE_LINE = {
    "sku": "TRAY-OAK",
    "quantity": 2,
    "status": "ok",
    "title": "Oak tray",
    "variant_name": "",
    "slug": "oak-tray",
    "kind": "goods",
    "unit_price": EUR_19,
    "line_total": {"amount": 3800, "currency": "EUR"},
    "available_quantity": 20,
    "image_url": "https://shop.example/media/catalog/products/7/tray-640.webp",
    "title_slug": None,
    "offer": None,
    "rental_hours": None,
    "requires_shipping": True,
    "weight_grams": 900,
}
LINES = [{"sku": "TRAY-OAK", "quantity": 2}]
RESERVATION = {
    "id": ID,
    "order_id": ORDER_ID,
    "status": "active",
    "expires_at": "2026-11-26T09:45:00Z",
    "lines": LINES,
}
REVIEW = {
    "id": ID,
    "rating": 5,
    "title": "Lovely",
    "body": "Holds a lot of tea.",
    "author_name": "Ada",
    "created_at": "2026-11-26T09:30:00Z",
    "verified_purchase": True,
}
CATEGORY = {
    "path": "home/kitchen",
    "slug": "kitchen",
    "parent": "home",
    "name": "Kitchen",
    "description": "",
    "seo_title": "",
    "seo_description": "",
    "translations": {"de": {"name": "Küche"}},
}
BRAND = {"slug": "norrund", "name": "Norrund", "description": "From the north.", "translations": {}}
ATTRIBUTE = {
    "code": "material",
    "label": "Material",
    "kind": "choice",
    "unit": "",
    "is_facet": True,
    "position": 0,
    "translations": {},
    "choices": [{"slug": "oak", "label": "Oak", "position": 0, "translations": {"de": {"label": "Eiche"}}}],
}
PRODUCT_TYPE = {"slug": "trays", "name": "Trays", "attributes": [{"code": "material", "is_required": True}]}
COLLECTION = {
    "slug": "under-twenty",
    "title": "Under twenty",
    "description": "",
    "kind": "rule",
    "rule": {"max_price": "2000", "in_stock": "true"},
    "is_published": True,
    "position": 0,
    "seo_title": "",
    "seo_description": "",
    "translations": {},
    "items": [],
}

MODERATED = REVIEW | {
    "status": "approved",
    "product": {"slug": "oak-tray", "title": "Oak tray"},
    "report_count": 1,
    "moderated_by": "grace@example.com",
    "moderated_at": "2026-11-26T10:00:00Z",
    "revision": "2026-11-26T10:00:00Z",
}
REPORT = {"reason": "spam", "comment": "It sells something else."}
KEPT_REPORT = REPORT | {"created_at": "2026-11-26T09:45:00Z"}
READ_REVIEW = MODERATED | {"reports": [KEPT_REPORT]}
SHOWN_CATEGORY = {
    "path": "home/kitchen",
    "name": "Kitchen",
    "description": "",
    "product_count": 12,
    "children": [],
}
SHOWN_COLLECTION = {"slug": "under-twenty", "title": "Under twenty", "description": "", "product_count": 12}
SEO = {"title": "", "description": ""}
IMPORT = {
    "id": ID,
    "file_name": "spring.csv",
    "format": "csv",
    "dry_run": True,
    "state": "checked",
    "failure": "",
    "rows": 3,
    "checked": 3,
    "written": 0,
    "new": 1,
    "changed": 1,
    "unchanged": 0,
    "errors": 1,
    "requested_by": "grace@example.com",
    "created_at": "2026-11-26T09:30:00Z",
    "started_at": "2026-11-26T09:30:01Z",
    "finished_at": "2026-11-26T09:30:02Z",
}
WAITING_IMPORT = IMPORT | {
    "state": "waiting",
    "started_at": None,
    "finished_at": None,
    **dict.fromkeys(("rows", "checked", "new", "changed", "errors"), 0),
}
ROW = {
    "line": 4,
    "sku": "TRAY-OAK",
    "action": "error",
    "changes": {},
    "errors": {"price": ["Write a price with a point, such as 14.90."]},
}
WAREHOUSE = {"code": "vienna", "name": "Vienna", "country": "AT", "priority": 1, "is_active": True}
POLICY = {"policy": "preorder", "backorder_limit": 200, "available_on": "2027-03-01", "low_stock_at": 5}
STOCK = POLICY | {
    "sku": "TRAY-OAK",
    "product": "oak-tray",
    "title": "Oak tray",
    "state": "low_stock",
    "on_hand": 6,
    "reserved": 2,
    "available": 204,
    "owed": 0,
    "levels": [{"warehouse": "vienna", "name": "Vienna", "is_active": True, "on_hand": 6, "reserved": 2}],
}
MOVEMENT = {
    "id": ID,
    "sku": "TRAY-OAK",
    "warehouse": "vienna",
    "quantity": 12,
    "reason": "received",
    "reference": "Delivery 12",
    "moved_by": "grace@example.com",
    "created_at": "2026-11-26T09:30:00Z",
}


def page_of(row: dict[str, Any]) -> dict[str, Any]:
    return {"results": [row], "next": None, "previous": None}


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
        "200": {"results": [{"text": "Oak tray", "kind": "product", "slug": "oak-tray", "path": ""}]},
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
        "request": {"name": "Trays", "attributes": [{"code": "material", "is_required": True}]},
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
    "get_categories": {"200": {"results": [SHOWN_CATEGORY]}},
    "get_category": {"200": SHOWN_CATEGORY | {"breadcrumbs": DETAIL["breadcrumbs"], "seo": SEO}},
    "get_collections": {"200": {"results": [SHOWN_COLLECTION]}},
    "get_collection": {"200": SHOWN_COLLECTION | {"seo": SEO}},
    "get_own_review": {"200": REVIEW | {"status": "pending"}},
    "patch_own_review": {"request": {"rating": 4}, "200": REVIEW | {"rating": 4, "status": "pending"}},
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
