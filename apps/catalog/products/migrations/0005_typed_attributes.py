"""Attributes that were name and text become answers to attributes of kind text; films' variants say what they offer."""

from django.db import migrations
from django.utils.text import slugify


def copy_attributes(apps, schema_editor):
    old, attribute, value = (
        apps.get_model("products", name) for name in ("ProductAttribute", "Attribute", "AttributeValue")
    )
    known = {}
    answers = []
    for row in old.objects.order_by("position", "pk").iterator():
        if row.name not in known:
            known[row.name] = attribute.objects.create(code=row.name, label=row.label, kind="text", position=len(known))
        if row.value:
            answers.append(
                value(
                    product_id=row.product_id,
                    attribute=known[row.name],
                    text=row.value,
                    key=slugify(row.value)[:80],
                    position=row.position,
                )
            )
    value.objects.bulk_create(answers, batch_size=2_000)


class Migration(migrations.Migration):
    dependencies = [("products", "0004_merchandising")]

    operations = [
        migrations.RunPython(copy_attributes, migrations.RunPython.noop),
        migrations.RunSQL(
            """
            UPDATE products_variant AS v SET offer = 'buy'
            FROM products_product AS p WHERE p.id = v.product_id AND p.kind = 'video' AND v.offer = ''
            """,
            migrations.RunSQL.noop,
        ),
    ]
