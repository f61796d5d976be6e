"""The models in the history of an object: a product's includes its variants, prices, images and attribute values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import models

from apps.catalog.history import models as events
from apps.catalog.history.models import UNTOLD
from apps.catalog.inventory.models import Warehouse
from apps.catalog.pages.models import Page
from apps.catalog.products import models as products
from apps.common.model_fields import column_of

ITSELF = "{row}.{id} = %(root)s"
OF_PRODUCT = "{row}.product_id = %(root)s"
OF_VARIANT = """
    {row}.variant_id IN (
        SELECT id FROM products_variant WHERE product_id = %(root)s
        UNION SELECT pgh_obj_id FROM history_variantevent WHERE product_id = %(root)s
    )
"""


@dataclass(frozen=True)
class Part:
    """One kind of rows in a history. `owner` is SQL that finds them.

    A row that is taken away and one that is made in the same change are one row that changed, when they agree in the
    columns of one of `twins` (sales and attribute values are replaced as a whole).
    """

    model: type[models.Model]
    event: type[models.Model]
    owner: str
    twins: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        return self.model.__name__

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        """The columns with a history, by name."""
        return {column_of(field): field for field in self.model._meta.concrete_fields if field.name not in UNTOLD}


PRODUCT_PARTS = (
    Part(products.Product, events.ProductEvent, ITSELF),
    Part(products.Variant, events.VariantEvent, OF_PRODUCT, twins=(("sku",),)),
    Part(products.Price, events.PriceEvent, OF_VARIANT, twins=(("variant_id", "currency"),)),
    Part(
        products.SalePrice,
        events.SalePriceEvent,
        OF_VARIANT,
        twins=(("variant_id", "currency", "starts_at", "ends_at"), ("variant_id", "currency", "starts_at")),
    ),
    Part(
        products.AttributeValue,
        events.AttributeValueEvent,
        OF_PRODUCT,
        twins=(("attribute_id", "choice_id"), ("attribute_id",)),
    ),
    Part(products.ProductImage, events.ProductImageEvent, OF_PRODUCT, twins=(("file",),)),
    Part(products.ProductRelation, events.ProductRelationEvent, OF_PRODUCT, twins=(("related_id",),)),
)
PARTS: dict[type[models.Model], tuple[Part, ...]] = {
    products.Product: PRODUCT_PARTS,
    products.Category: (Part(products.Category, events.CategoryEvent, ITSELF),),
    products.Brand: (Part(products.Brand, events.BrandEvent, ITSELF),),
    products.Collection: (
        Part(products.Collection, events.CollectionEvent, ITSELF),
        Part(
            products.CollectionItem,
            events.CollectionItemEvent,
            "{row}.collection_id = %(root)s",
            twins=(("product_id",),),
        ),
    ),
    products.Attribute: (
        Part(products.Attribute, events.AttributeEvent, ITSELF),
        Part(
            products.AttributeChoice,
            events.AttributeChoiceEvent,
            "{row}.attribute_id = %(root)s",
            twins=(("slug",),),
        ),
    ),
    products.ProductType: (
        Part(products.ProductType, events.ProductTypeEvent, ITSELF),
        Part(
            products.ProductTypeAttribute,
            events.ProductTypeAttributeEvent,
            "{row}.product_type_id = %(root)s",
            twins=(("attribute_id",),),
        ),
    ),
    Warehouse: (Part(Warehouse, events.WarehouseEvent, ITSELF),),
    Page: (Part(Page, events.PageEvent, ITSELF),),
}
EVENT_MODELS = tuple({part.event: None for parts in PARTS.values() for part in parts})


def parts_of(thing: models.Model) -> tuple[Part, ...]:
    """The parts of a thing's history; itself is the first."""
    return PARTS[type(thing)]
