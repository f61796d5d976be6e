"""The admin of the whole service: every page of staff. Django finds the pages by importing this package."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from apps.catalog.backoffice.admin import (
    attributes,
    categories_and_brands,
    collections,
    imports,
    pages,
    products,
    reviews,
    searches,
    stock,
    variants,
)

__all__ = [
    "attributes",
    "categories_and_brands",
    "collections",
    "imports",
    "pages",
    "products",
    "reviews",
    "searches",
    "stock",
    "variants",
]

# Permissions come with the roles of one's account.
admin.site.unregister(Group)
# What to look at today, in place of a list of models.
admin.site.index_template = "backoffice/dashboard.html"
