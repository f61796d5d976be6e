-- Stock movements are only ever added; the database refuses every other change, whichever client sends it.
CREATE FUNCTION inventory_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock movements are for ever: write another one that corrects it'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER inventory_stockmovement_append_only BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse_change();

-- TRUNCATE fires no trigger of rows.
CREATE TRIGGER inventory_stockmovement_no_truncate BEFORE TRUNCATE ON inventory_stockmovement
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_refuse_change();
