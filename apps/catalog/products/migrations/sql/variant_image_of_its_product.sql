-- A variant shows an image of its own product, whoever writes: `services.variants` says it in words first.
-- Deferred, as a product's parts are written and restored in any order.
ALTER TABLE products_variant ADD CONSTRAINT variant_image_of_its_product
    FOREIGN KEY (image_id, product_id) REFERENCES products_productimage (id, product_id)
    ON DELETE SET NULL (image_id) DEFERRABLE INITIALLY DEFERRED;
