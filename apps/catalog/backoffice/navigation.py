"""The sidebar of the admin. Each entry is shown to users with the permission to view its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _has_permission(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _link(title: Promise, icon: str, model: str) -> dict[str, Any]:
    """The entry of a model's list."""
    app, _, name = model.partition(".")
    address = reverse_lazy(f"admin:{app}_{name}_changelist")
    return {"title": title, "icon": icon, "link": address, "permission": _has_permission(f"{app}.view_{name}")}


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [{"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")}],
    },
    {
        "title": _("Catalogue"),
        "separator": True,
        "items": [
            _link(_("Products"), "sell", "products.product"),
            _link(_("Variants"), "barcode", "products.variant"),
            _link(_("Categories"), "account_tree", "products.category"),
            _link(_("Brands"), "verified", "products.brand"),
            _link(_("Collections"), "collections_bookmark", "products.collection"),
            _link(_("Attributes"), "tune", "products.attribute"),
            _link(_("Product types"), "category", "products.producttype"),
            _link(_("Pages"), "article", "pages.page"),
            _link(_("Imports"), "upload_file", "imports.importjob"),
        ],
    },
    {
        "title": _("Stock"),
        "separator": True,
        "items": [
            _link(_("Stock"), "inventory_2", "inventory.stockitem"),
            _link(_("Movements"), "swap_vert", "inventory.stockmovement"),
            _link(_("Reservations"), "lock_clock", "inventory.reservation"),
            _link(_("Warehouses"), "warehouse", "inventory.warehouse"),
        ],
    },
    {
        "title": _("Customers"),
        "separator": True,
        "items": [
            _link(_("Reviews"), "reviews", "reviews.review"),
            _link(_("Searches without results"), "search_off", "discovery.zeroresultsearch"),
        ],
    },
    {
        "title": _("Background"),
        "separator": True,
        "items": [_link(_("Failed jobs"), "error", "jobs.jobfailure")],
    },
]
