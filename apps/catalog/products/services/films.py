"""What becomes of products when the video service reports something of a film."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.catalog.products.models import Film, Product, Variant
from apps.catalog.products.publication import record_changes


def record_film(title_slug: str, *, version: int, facts: Mapping[str, Any]) -> bool:
    """Keep what an event says of a title, and let the products that sell it follow: search, quotes, pages, event.

    `facts` are columns of Film. False, with nothing written, when a newer event was there before.
    """
    with transaction.atomic():
        film, is_new = Film.objects.get_or_create(title_slug=title_slug, defaults={**facts, "version": version})
        if not is_new:
            # Locked again, as two deliveries may meet.
            film = Film.objects.select_for_update().get(pk=title_slug)
            if film.version >= version:
                return False
            for name, value in facts.items():
                setattr(film, name, value)
            film.version = version
            film.save()
        products = _sold_as(title_slug)
        record_changes(products, previous={product.pk: product.status for product in products})
    return True


def _sold_as(title_slug: str) -> list[Product]:
    """Products that sell a title themselves or by one of their variants, locked in order."""
    by_variant = Exists(Variant.objects.filter(product=OuterRef("pk"), title_slug=title_slug))
    found = Product.objects.filter(Q(title_slug=title_slug) | Q(by_variant)).order_by("pk")
    return list(found.select_for_update(of=("self",)))
