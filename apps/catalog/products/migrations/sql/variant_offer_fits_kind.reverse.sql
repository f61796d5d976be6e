DROP TRIGGER variant_offer_fits_kind ON products_product;
DROP FUNCTION products_refuse_unfit_kind();
DROP TRIGGER variant_offer_fits_kind_on_update ON products_variant;
DROP TRIGGER variant_offer_fits_kind_on_insert ON products_variant;
DROP FUNCTION products_refuse_unfit_offers();
