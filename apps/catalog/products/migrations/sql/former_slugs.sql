-- Links to a renamed product still lead to it. A slug that several products had belongs to the one that had it last.
CREATE FUNCTION products_keep_former_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO products_formerslug (slug, product_id, renamed_at) VALUES (OLD.slug, NEW.id, statement_timestamp())
    ON CONFLICT (slug) DO UPDATE SET product_id = excluded.product_id, renamed_at = excluded.renamed_at;
    RETURN NULL;
END $$;

CREATE TRIGGER products_keep_former_slug AFTER UPDATE OF slug ON products_product
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION products_keep_former_slug();
