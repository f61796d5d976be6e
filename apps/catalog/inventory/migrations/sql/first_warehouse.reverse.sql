DELETE FROM inventory_warehouse WHERE code = 'main';
-- Checks the foreign keys now: a table with pending checks cannot be dropped in this transaction.
SET CONSTRAINTS ALL IMMEDIATE;
