"""Lines of reservations know their variant; movements are found by what they refer to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_lines_in_order")]

    operations = [
        migrations.AddField(
            model_name="reservationline",
            name="variant_id",
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(
            """
            UPDATE inventory_reservationline AS line SET variant_id = v.id
            FROM products_variant AS v WHERE v.sku = line.sku
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(
                fields=["reference"],
                name="movement_reference",
                condition=models.Q(("reference", ""), _negated=True),
            ),
        ),
    ]
