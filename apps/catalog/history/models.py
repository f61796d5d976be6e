"""Who changed what: an event for each row of the catalogue that was made, changed or taken away.

Written by triggers, so no way of writing is left out: forms, APIs, imports by COPY, SQL by hand. An event holds the row
as it was before (as it became, for a new one): what it was changed to stands in the row's next event, or in the row
itself. So nothing is lost where the oldest events are removed, and products older than their history can be reverted.

The triggers fire once a statement, not once a row (decision 0015).
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models

from apps.catalog.inventory.models import Warehouse
from apps.catalog.pages.models import Page
from apps.catalog.products import models as products

# Written by services all the time, or following from other columns.
UNTOLD = frozenset(
    {
        *("id", "created_at", "updated_at", "version", "import_digest", "sales_count"),
        *("rating_count", "rating_average", "rating_histogram"),
        *("uploaded_image", "path", "depth", "numchild", "width", "height", "renditions", "checksum", "failure"),
    }
)


def _track(model: type[models.Model], *, found_by: str = "", **fields: models.Field) -> type[models.Model]:
    """The model of the events of `model`; looked up by the row, and by what the row is a part of (`found_by`)."""
    name = model.__name__.lower()
    indexes = [models.Index(fields=["pgh_obj", "pgh_id"], name=f"{name}_past")]
    if found_by:
        indexes.append(models.Index(fields=[found_by, "pgh_id"], name=f"{name}_past_of"))
    options: dict[str, Any] = {
        "indexes": indexes,
        "triggers": [
            pgtrigger.Protect(name="never_rewritten", operation=pgtrigger.Update),
            # Old rows are deleted one by one; this fires no trigger of rows.
            pgtrigger.Trigger(
                name="never_emptied",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'history is only ever added to'; RETURN NULL;",
            ),
        ],
    }
    return pghistory.create_event_model(
        model,
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(),
        fields=[field.name for field in model._meta.concrete_fields if field.name not in UNTOLD],
        obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+", db_index=False),
        context_field=pghistory.ContextForeignKey(
            null=True, related_name="+", related_query_name="+", db_index=False, db_constraint=False
        ),
        level=pgtrigger.Statement,
        app_label="history",
        model_name=f"{model.__name__}Event",
        attrs={"pgh_id": models.BigAutoField(primary_key=True), **fields},
        meta=options,
        abstract=False,
    )


ProductEvent = _track(products.Product)
VariantEvent = _track(products.Variant, found_by="product")
PriceEvent = _track(products.Price, found_by="variant")
SalePriceEvent = _track(products.SalePrice, found_by="variant")
AttributeValueEvent = _track(products.AttributeValue, found_by="product")
ProductImageEvent = _track(products.ProductImage, found_by="product", file=models.CharField(max_length=200))
ProductRelationEvent = _track(products.ProductRelation, found_by="product")
CategoryEvent = _track(products.Category)
BrandEvent = _track(products.Brand)
CollectionEvent = _track(products.Collection)
CollectionItemEvent = _track(products.CollectionItem, found_by="collection")
AttributeEvent = _track(products.Attribute)
AttributeChoiceEvent = _track(products.AttributeChoice, found_by="attribute")
ProductTypeEvent = _track(products.ProductType)
ProductTypeAttributeEvent = _track(products.ProductTypeAttribute, found_by="product_type")
WarehouseEvent = _track(Warehouse)
PageEvent = _track(Page)
