"""The image that is shown with a link to a product, in the language of the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.core.files.storage import default_storage
from django.utils.translation import gettext, override

from apps.catalog.discovery.details import displayed_card
from apps.catalog.products.models import Product
from apps.catalog.products.renditions import rendition_name
from apps.catalog.products.share_drawing import ShareContent, draw
from apps.common.money import Money

log = structlog.get_logger(__name__)
# Wide enough for the drawing's largest place, in pixels.
IMAGE_WIDTH = 640


@dataclass(frozen=True, slots=True)
class ShareImage:
    """A drawn image, and the number of the product whose change makes it another one."""

    content: bytes
    number: int


def share_image(slug: str, *, currency: str, language: str) -> ShareImage:
    """Draw the image of a product that is on display: 4 queries. Raises NotFound, ProductMoved, ProductWithdrawn."""
    product, number, card = displayed_card(slug, currency=currency, language=language)
    is_film = card["kind"] == Product.Kind.VIDEO
    over = str(card["year"] or "") if is_film else card["brand"] or card["category"]["name"]
    content = ShareContent(
        title=card["title"],
        over=over,
        price="" if is_film else _price(card, language),
        is_film=is_film,
        image=_image(product),
    )
    return ShareImage(draw(content), number)


def _price(card: dict[str, Any], language: str) -> str:
    price = Money(card["price"]["amount"], card["price"]["currency"]).format(language)
    with override(language):
        return gettext("from %(price)s") % {"price": price} if card["price_from"] else price


def _image(product: Product) -> bytes | None:
    """The first image's rendition; None without one, and while the storage does not have it."""
    first = product.images.order_by("position", "id").first()
    name = rendition_name(first.renditions, IMAGE_WIDTH) if first else None
    if name is None:
        return None
    try:
        with default_storage.open(name) as file:
            return file.read()
    except Exception as error:  # noqa: BLE001  (whatever the storage's library raises)
        # A link without a picture is better than none.
        log.warning("share image drawn without its picture", product=product.slug, error=repr(error))
        return None
