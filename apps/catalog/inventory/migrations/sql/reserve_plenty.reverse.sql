DROP FUNCTION inventory_reserve_plenty(uuid, uuid, timestamptz, text[], int[], int);
