"""Sales touch no index; lines of reservations know their variant; movements are found by what they refer to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_lines_in_order")]

    operations = [
        migrations.RemoveIndex(model_name="stockitem", name="stock_low"),
        migrations.AddField(
            model_name="stockitem",
            name="is_low",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(
                    (
                        "on_hand__lte",
                        models.expressions.CombinedExpression(models.F("reserved"), "+", models.F("low_stock_at")),
                    )
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="stockitem",
            index=models.Index(condition=models.Q(("is_low", True)), fields=["variant"], name="stock_low"),
        ),
        # Room in each page for the next version of its rows.
        migrations.RunSQL(
            """
            ALTER TABLE inventory_stockitem SET (fillfactor = 70);
            ALTER TABLE inventory_stocklevel SET (fillfactor = 70)
            """,
            """
            ALTER TABLE inventory_stockitem RESET (fillfactor);
            ALTER TABLE inventory_stocklevel RESET (fillfactor)
            """,
        ),
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
