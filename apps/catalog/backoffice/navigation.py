"""The sidebar of the admin. Each entry is shown to users with the permission to view its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _has_permission(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _link(title: str, icon: str, model: str) -> dict[str, Any]:
    """The entry of a model's list."""
    app, _, name = model.partition(".")
    address = reverse_lazy(f"admin:{app}_{name}_changelist")
    return {"title": title, "icon": icon, "link": address, "permission": _has_permission(f"{app}.view_{name}")}


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}],
    },
    {
        "title": "Catalogue",
        "separator": True,
        "items": [
            _link("Products", "sell", "products.product"),
            _link("Variants", "barcode", "products.variant"),
            _link("Categories", "account_tree", "products.category"),
            _link("Brands", "verified", "products.brand"),
            _link("Collections", "collections_bookmark", "products.collection"),
            _link("Attributes", "tune", "products.attribute"),
            _link("Product types", "category", "products.producttype"),
            _link("Pages", "article", "pages.page"),
            _link("Imports", "upload_file", "imports.importjob"),
        ],
    },
    {
        "title": "Stock",
        "separator": True,
        "items": [
            _link("Stock", "inventory_2", "inventory.stockitem"),
            _link("Movements", "swap_vert", "inventory.stockmovement"),
            _link("Reservations", "lock_clock", "inventory.reservation"),
            _link("Warehouses", "warehouse", "inventory.warehouse"),
        ],
    },
    {
        "title": "Customers",
        "separator": True,
        "items": [
            _link("Reviews", "reviews", "reviews.review"),
            _link("Searches without results", "search_off", "discovery.zeroresultsearch"),
        ],
    },
    {
        "title": "Background",
        "separator": True,
        "items": [_link("Failed jobs", "error", "jobs.jobfailure")],
    },
]
