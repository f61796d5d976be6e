"""Things of an example shop as clients send and get them; `contract` says which operation shows which.

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
            "image": None,
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
SUGGESTION = {
    "text": "Oak tray",
    "kind": "product",
    "slug": "oak-tray",
    "path": "",
    "product_kind": "goods",
    "image": IMAGE,
    "price": EUR_19,
    "price_from": False,
    "year": None,
}
WISHED = {"product": CARD, "added_at": "2026-11-26T09:30:00Z"}
SHARE = {"token": "hV0ZpQd3mWc9yXk2rT5uB8nE1sG4jL7aKfRzIoPxCqM", "name": "Ada"}
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
            "options": [{"name": "size", "label": "Size", "value": "40 cm", "value_label": "40 cm"}],
            "image": None,
            "price": EUR_19,
            "regular_price": EUR_29,
            "lowest_price_30_days": {"amount": 2500, "currency": "EUR"},
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
    "film": None,
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
    "category": "home/kitchen",
    "unit_price": EUR_19,
    "regular_price": None,
    "line_total": {"amount": 3800, "currency": "EUR"},
    "available_quantity": 20,
    "image_url": "https://shop.example/media/catalog/products/7/tray-640.webp",
    "title_slug": None,
    "offer": None,
    "rental_hours": None,
    "available_countries": [],
    "requires_shipping": True,
    "weight_grams": 900,
    "tax_class": "standard",
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
    "images": [IMAGE | {"id": ID, "alt": ""}],
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
PRODUCT_TYPE = {
    "slug": "trays",
    "name": "Trays",
    "tax_class": "standard",
    "attributes": [{"code": "material", "is_required": True}],
}
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
    "image": IMAGE,
    "product_count": 12,
    "children": [],
}
SHOWN_COLLECTION = {
    "slug": "under-twenty",
    "title": "Under twenty",
    "description": "",
    "image": IMAGE,
    "product_count": 12,
}
PAGE_LINK = {"slug": "shipping", "title": "Shipping", "position": 5}
PAGE = {
    "slug": "shipping",
    "title": "Shipping",
    "body_html": "<p>Parcels leave on the next working day.</p>\n",
    "updated_at": "2026-11-26T09:30:00Z",
}
SEO = {"title": "", "description": ""}
IMPORT = {
    "id": ID,
    "file_name": "spring.csv",
    "format": "csv",
    "sheet": "",
    "decimal_mark": "auto",
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
