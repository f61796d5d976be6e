"""Whoever changes a category, brand, attribute, choice or collection, by whatever way, moves the taxonomy's stamp."""

from django.db import migrations

TABLES = (
    "products_category",
    "products_brand",
    "products_attribute",
    "products_attributechoice",
    "products_collection",
    "products_collectionitem",
)
STAMP = """
    CREATE FUNCTION browse_stamp_taxonomy() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO browse_taxonomystamp (id, changed_in) VALUES (1, pg_current_xact_id()::text::bigint)
        ON CONFLICT (id) DO UPDATE SET changed_in = excluded.changed_in
            WHERE browse_taxonomystamp.changed_in <> excluded.changed_in;
        RETURN NULL;
    END $$;
"""
TRIGGER = """
    CREATE TRIGGER browse_taxonomy_changed AFTER INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION browse_stamp_taxonomy();
"""


class Migration(migrations.Migration):
    dependencies = [("browse", "0001_initial")]

    operations = [
        migrations.RunSQL(STAMP, "DROP FUNCTION browse_stamp_taxonomy();"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER browse_taxonomy_changed ON {table};")
            for table in TABLES
        ),
    ]
