DELETE FROM inventory_warehouse WHERE code = 'main';
