"""Filters of the list of products; each has an index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.discovery.models import Listing
from apps.catalog.products.models import Category, Product

Availability = Listing.Availability


def _texts(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Choices with their labels in the language of the page."""
    return [(value, str(label)) for value, label in choices]


class CategoryFilter(admin.SimpleListFilter):
    """Filter by a category, including its subcategories."""

    title, parameter_name = _("category"), "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Category.objects.order_by("path").values_list("full_path", "name", "depth")
        return [(path, f"{'\u2003' * (depth - 1)}{name}") for path, name, depth in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if not self.value():
            return queryset
        below = Category.objects.filter(Q(full_path=self.value()) | Q(full_path__startswith=f"{self.value()}/"))
        return queryset.filter(category__in=list(below.values_list("pk", flat=True)))


class StateFilter(admin.SimpleListFilter):
    """Filter by status. "Scheduled" and "ended" are published products outside of their dates."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*_texts(Product.Status.choices), ("scheduled", gettext("Scheduled")), ("over", gettext("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        published, now = queryset.filter(status=Product.Status.PUBLISHED), timezone.now()
        match self.value():
            case None:
                return queryset
            case "scheduled":
                return published.filter(published_at__gt=now)
            case "over":
                return published.filter(published_until__lte=now)
        return queryset.filter(status=self.value())


class StockFilter(admin.SimpleListFilter):
    """Filter by the stock state that shoppers see."""

    title, parameter_name = _("stock"), "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return _texts(Availability.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        return queryset.filter(listing__availability=self.value()) if self.value() else queryset
