-- Whoever changes a category, brand, attribute, choice or collection, in whatever way, moves the taxonomy's stamp, by
-- which every process learns that its copy is stale.
CREATE FUNCTION discovery_stamp_taxonomy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO discovery_taxonomystamp (id, changed_in) VALUES (1, pg_current_xact_id()::text::bigint)
    ON CONFLICT (id) DO UPDATE SET changed_in = excluded.changed_in
        WHERE discovery_taxonomystamp.changed_in <> excluded.changed_in;
    RETURN NULL;
END $$;

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_category
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_brand
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_attribute
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_attributechoice
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_collection
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();

CREATE TRIGGER discovery_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON products_collectionitem
    FOR EACH STATEMENT EXECUTE FUNCTION discovery_stamp_taxonomy();
