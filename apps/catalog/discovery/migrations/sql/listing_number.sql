-- Numbers of listings are small and dense, so that they can be positions in arrays.
CREATE SEQUENCE discovery_listing_number AS integer;
