-- Room in each page for the next version of its rows: a sale rewrites a row in place (a heap-only tuple).
ALTER TABLE inventory_stockitem SET (fillfactor = 70);
ALTER TABLE inventory_stocklevel SET (fillfactor = 70);
