-- Reserve plentiful stock in one round trip (see inventory.reservations).
--
-- The row of a SKU in high demand is then locked for as long as the database takes, not while a thread of the
-- application waits for its turn. The function decides nothing that Python does not decide the same way: it returns null,
-- having done nothing, unless every SKU is known, is sent whole from the first warehouse that has any, and stays so
-- plentiful that the shop displays the same of it as before. 1397245260 is locked_stock.WAREHOUSES_LOCK.
CREATE FUNCTION inventory_reserve_plenty(
    new_id uuid, for_order uuid, until timestamptz, skus text[], quantities int[], max_displayed int
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    is_plenty boolean;
    lines jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1397245260);
    PERFORM 1 FROM inventory_stockitem AS s JOIN products_variant AS v ON v.id = s.variant_id
        WHERE v.sku = ANY(skus) ORDER BY v.sku FOR UPDATE OF s;

    SELECT bool_and(
            v.offer <> ''
            OR s.on_hand - s.reserved - wanted.total >= greatest(s.low_stock_at + 1, max_displayed)
                AND source.free >= wanted.total
        ), jsonb_agg(jsonb_build_object(
            'position', wanted.number - 1, 'sku', wanted.sku, 'variant_id', v.id,
            'quantity', wanted.quantity, 'warehouse_id', source.warehouse_id, 'allocation', CASE
                WHEN source.warehouse_id IS NULL THEN '{}'
                ELSE jsonb_build_object(source.warehouse_id::text, wanted.quantity)
            END
        ) ORDER BY wanted.number)
    INTO is_plenty, lines
    FROM (
        SELECT sku, quantity, number, sum(quantity) OVER (PARTITION BY sku) AS total
        FROM unnest(skus, quantities) WITH ORDINALITY AS line (sku, quantity, number)
    ) AS wanted
        LEFT JOIN products_variant AS v ON v.sku = wanted.sku
        LEFT JOIN inventory_stockitem AS s ON s.variant_id = v.id
        LEFT JOIN LATERAL (
            SELECT l.warehouse_id, l.on_hand - l.reserved AS free
            FROM inventory_stocklevel AS l JOIN inventory_warehouse AS w ON w.id = l.warehouse_id
            WHERE l.variant_id = v.id AND w.is_active AND l.on_hand > l.reserved
            ORDER BY w.priority, w.id LIMIT 1
        ) AS source ON v.offer = '';
    IF is_plenty IS DISTINCT FROM true THEN
        RETURN NULL;
    END IF;

    UPDATE inventory_stockitem AS s SET reserved = s.reserved + taken.quantity
    FROM (
        SELECT variant_id, sum(quantity) AS quantity
        FROM jsonb_to_recordset(lines) AS line (variant_id uuid, quantity int, warehouse_id bigint)
        WHERE warehouse_id IS NOT NULL GROUP BY variant_id
    ) AS taken
    WHERE s.variant_id = taken.variant_id;
    UPDATE inventory_stocklevel AS l SET reserved = l.reserved + taken.quantity
    FROM (
        SELECT variant_id, warehouse_id, sum(quantity) AS quantity
        FROM jsonb_to_recordset(lines) AS line (variant_id uuid, quantity int, warehouse_id bigint)
        GROUP BY variant_id, warehouse_id
    ) AS taken
    WHERE l.variant_id = taken.variant_id AND l.warehouse_id = taken.warehouse_id;

    INSERT INTO inventory_reservation (id, order_id, status, expires_at, created_at)
        VALUES (new_id, for_order, 'active', until, statement_timestamp());
    INSERT INTO inventory_reservationline (
        reservation_id, position, sku, variant_id, quantity, allocation
    )
        SELECT new_id, position, sku, variant_id, quantity, allocation
        FROM jsonb_to_recordset(lines)
            AS line (position int, sku text, variant_id uuid, quantity int, allocation jsonb);
    RETURN lines;
END $$;
