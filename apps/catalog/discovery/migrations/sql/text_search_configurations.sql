-- Stems of each language, without accents.
CREATE TEXT SEARCH CONFIGURATION streamcart (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION streamcart
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;

CREATE TEXT SEARCH CONFIGURATION streamcart_de (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION streamcart_de
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;

-- Whole words for completion: a stem ("ceram") does not begin like what somebody types ("cerami").
CREATE TEXT SEARCH DICTIONARY streamcart_plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION streamcart_plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION streamcart_plain
    ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word
    WITH unaccent, streamcart_plain;
