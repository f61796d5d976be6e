"""The catalogue in the admin. Every write ends in services.record_change, in the admin's own transaction."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from apps.catalog.products.admin import curation, products, taxonomy, variants, vocabulary

__all__ = ["curation", "products", "taxonomy", "variants", "vocabulary"]

# Permissions come with the roles of one's account.
admin.site.unregister(Group)
# What to look at today, in place of a list of models.
admin.site.index_template = "products/dashboard.html"
