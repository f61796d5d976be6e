from django.db import migrations


class Migration(migrations.Migration):
    """TRUNCATE fires no trigger of rows, so it needs a guard of its own."""

    dependencies = [("inventory", "0011_sku_label")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER inventory_stockmovement_no_truncate BEFORE TRUNCATE ON inventory_stockmovement
                FOR EACH STATEMENT EXECUTE FUNCTION inventory_refuse_change();
            """,
            "DROP TRIGGER inventory_stockmovement_no_truncate ON inventory_stockmovement;",
        ),
    ]
