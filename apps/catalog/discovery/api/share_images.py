"""The image that messengers and social networks show with a link to a product."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.catalog.discovery.api.query import read_language
from apps.catalog.discovery.api.views import LANG, PublicResponse
from apps.catalog.discovery.missing_products import ProductMoved
from apps.catalog.discovery.share_images import share_image
from apps.catalog.products.selectors import shop_currency
from apps.common.api.conditional import entity_tag_of_body
from apps.common.api.views import AnyAccept, GuestView
from apps.common.links import public_url

# Networks look once and keep what they saw; a new price need not be there within seconds.
CACHE_CONTROL = "public, max-age=300"


class ShareImageView(GuestView):
    """Drawn when it is asked for and kept with the product's stamp (see `cached`), in each language once."""

    content_negotiation_class = AnyAccept

    @extend_schema(parameters=[LANG], responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> PublicResponse:
        """Draw the image of a link to a product: 1200 × 630 pixels with its image, its title and, of goods, the price
        in the shop's currency. A renamed or withdrawn product is as in `GET /v1/products/<slug>`."""
        language = read_language(request)
        try:
            drawn = share_image(slug, currency=shop_currency(), language=language)
        except ProductMoved as moved:
            moved.headers["Location"] = public_url(f"/v1/products/{moved.new_slug}/share-image?lang={language}")
            raise
        headers = {
            "ETag": entity_tag_of_body(drawn.content),
            "Cache-Control": CACHE_CONTROL,
            "Content-Language": language,
            "Vary": "Accept-Language",
        }
        response = PublicResponse(drawn.content, content_type="image/jpeg", headers=headers)
        response.depends_on = (drawn.number,)
        return response
