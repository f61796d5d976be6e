"""What is in stock lies in the first warehouse; lines of old reservations are numbered."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_warehouses")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO inventory_warehouse (code, name, country, priority, is_active)
                VALUES ('main', 'Main warehouse', 'DE', 0, true);
            INSERT INTO inventory_stocklevel (variant_id, warehouse_id, on_hand, reserved)
                SELECT s.variant_id, w.id, s.on_hand, s.reserved
                FROM inventory_stockitem AS s CROSS JOIN inventory_warehouse AS w;
            UPDATE inventory_reservationline AS line SET
                position = numbered.position,
                allocation = CASE WHEN s.variant_id IS NULL THEN '{}' ELSE jsonb_build_object(w.id::text, line.quantity) END
            FROM (
                SELECT id, row_number() OVER (PARTITION BY reservation_id ORDER BY id) - 1 AS position
                FROM inventory_reservationline
            ) AS numbered, inventory_reservationline AS same
                LEFT JOIN products_variant AS v ON v.sku = same.sku
                LEFT JOIN inventory_stockitem AS s ON s.variant_id = v.id
                CROSS JOIN inventory_warehouse AS w
            WHERE numbered.id = line.id AND same.id = line.id
            """,
            migrations.RunSQL.noop,
        ),
    ]
