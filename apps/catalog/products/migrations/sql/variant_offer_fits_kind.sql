-- A variant of a film has an offer (buy or rent), one of goods has none: `products.rules.offer_errors`, over two tables.
-- Stock is counted for variants without an offer, so goods with one would be sold without end.
CREATE FUNCTION products_refuse_unfit_offers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unfit text;
BEGIN
    SELECT v.sku INTO unfit
    FROM new_rows AS v JOIN products_product AS p ON p.id = v.product_id
    WHERE (p.kind = 'video') <> (v.offer <> '') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'variant % violates constraint "variant_offer_fits_kind"', unfit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'variant_offer_fits_kind', TABLE = 'products_variant';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER variant_offer_fits_kind_on_insert AFTER INSERT ON products_variant
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION products_refuse_unfit_offers();

CREATE TRIGGER variant_offer_fits_kind_on_update AFTER UPDATE ON products_variant
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION products_refuse_unfit_offers();

CREATE FUNCTION products_refuse_unfit_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM products_variant AS v WHERE v.product_id = NEW.id AND (NEW.kind = 'video') <> (v.offer <> '')
    ) THEN
        RAISE EXCEPTION 'product % violates constraint "variant_offer_fits_kind"', NEW.slug
            USING ERRCODE = 'check_violation', CONSTRAINT = 'variant_offer_fits_kind', TABLE = 'products_product';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER variant_offer_fits_kind AFTER UPDATE OF kind ON products_product
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION products_refuse_unfit_kind();
