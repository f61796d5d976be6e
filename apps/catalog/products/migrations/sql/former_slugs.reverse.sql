DROP TRIGGER products_keep_former_slug ON products_product;
DROP FUNCTION products_keep_former_slug();
