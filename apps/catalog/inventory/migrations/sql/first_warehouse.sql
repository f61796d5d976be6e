INSERT INTO inventory_warehouse (code, name, country, priority, is_active)
    VALUES ('main', 'Main warehouse', 'DE', 0, true);
