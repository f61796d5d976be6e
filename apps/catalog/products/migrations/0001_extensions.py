"""What search stands on: accents and trigrams, and a configuration that stems English without accents."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies: list = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(
            """
            CREATE TEXT SEARCH CONFIGURATION streamcart (COPY = pg_catalog.english);
            ALTER TEXT SEARCH CONFIGURATION streamcart
                ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
            -- unaccent() is only "stable", since its dictionary could be changed; ours never is.
            CREATE FUNCTION immutable_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
                RETURN unaccent('unaccent'::regdictionary, $1);
            """,
            """
            DROP FUNCTION immutable_unaccent(text);
            DROP TEXT SEARCH CONFIGURATION streamcart;
            """,
        ),
    ]
