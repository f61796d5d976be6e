"""The catalogue's part of the sidebar. Each link is shown to users with the permission to view its list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.navigation import Group, model_link

NAVIGATION = [
    Group(
        [
            model_link(_("Products"), "sell", "products.product"),
            model_link(_("Variants"), "barcode", "products.variant"),
            model_link(_("Categories"), "account_tree", "products.category"),
            model_link(_("Brands"), "verified", "products.brand"),
            model_link(_("Collections"), "collections_bookmark", "products.collection"),
            model_link(_("Attributes"), "tune", "products.attribute"),
            model_link(_("Product types"), "category", "products.producttype"),
            model_link(_("Pages"), "article", "pages.page"),
            model_link(_("Imports"), "upload_file", "imports.importjob"),
        ],
    ),
    Group(
        [
            model_link(_("Stock"), "inventory_2", "inventory.stockitem"),
            model_link(_("Movements"), "swap_vert", "inventory.stockmovement"),
            model_link(_("Reservations"), "lock_clock", "inventory.reservation"),
            model_link(_("Warehouses"), "warehouse", "inventory.warehouse"),
        ],
        title=_("Stock"),
    ),
    Group(
        [
            model_link(_("Reviews"), "reviews", "reviews.review"),
            model_link(_("Searches without results"), "search_off", "discovery.zeroresultsearch"),
        ],
        title=_("Customers"),
    ),
]
