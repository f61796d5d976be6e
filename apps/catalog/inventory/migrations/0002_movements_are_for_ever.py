"""The history of stock is only ever added to; a trigger says so to every client of the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("products", "0003_search_words"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION inventory_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'stock movements are for ever: write another one that corrects it'
                    USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER inventory_stockmovement_append_only BEFORE UPDATE OR DELETE ON inventory_stockmovement
                FOR EACH ROW EXECUTE FUNCTION inventory_refuse_change();
            """,
            """
            DROP TRIGGER inventory_stockmovement_append_only ON inventory_stockmovement;
            DROP FUNCTION inventory_refuse_change();
            """,
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="products.variant"
            ),
        ),
    ]
