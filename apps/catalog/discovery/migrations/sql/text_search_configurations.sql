-- Languages have configurations of their own, made after each `migrate` (discovery.search_configurations).

-- Whole words for completion: a stem ("ceram") does not begin like what somebody types ("cerami").
CREATE TEXT SEARCH DICTIONARY streamcart_plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION streamcart_plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION streamcart_plain
    ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word
    WITH unaccent, streamcart_plain;
