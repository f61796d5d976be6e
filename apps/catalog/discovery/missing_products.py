"""Products that shoppers cannot see under a slug: renamed, withdrawn, or never there."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models import FormerSlug, Product
from apps.catalog.products.rules import has_begun
from apps.catalog.products.selectors import is_shown
from apps.common.problems import NotFound, Problem


class ProductMoved(Problem):
    """The product has another slug by now; the member `slug` names it. The view adds `Location`."""

    status, slug, title = 301, "product-moved", _("The product has moved")

    def __init__(self, new_slug: str) -> None:
        super().__init__(gettext("This product has another address now."), slug=new_slug)
        self.new_slug = new_slug


class ProductWithdrawn(Problem):
    status, slug, title = 410, "product-withdrawn", _("The product is no longer sold")


def why_missing(slug: str) -> Problem:
    """The problem of a product that is not on display: ProductMoved, ProductWithdrawn, NotFound. At most 2 queries."""
    product = Product.objects.filter(slug=slug).first()
    if product is None:
        former = FormerSlug.objects.select_related("product").filter(slug=slug).first()
        product = former.product if former else None
        if product and is_shown(product):
            return ProductMoved(product.slug)
    if product and has_begun(starts_at=product.published_at, at=timezone.now()):
        return ProductWithdrawn(gettext("This product is no longer sold."))
    return NotFound(gettext("There is no such product."))
