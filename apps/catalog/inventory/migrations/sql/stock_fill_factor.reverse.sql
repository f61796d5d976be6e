ALTER TABLE inventory_stockitem RESET (fillfactor);
ALTER TABLE inventory_stocklevel RESET (fillfactor);
