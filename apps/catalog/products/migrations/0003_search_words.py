"""Completion needs words as they are written: a stem ("ceram") is no end of what somebody types ("cerami").

A second configuration keeps words whole; and misspelt words are looked up among the words that products hold.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

import apps.catalog.products.models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_initial"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TEXT SEARCH DICTIONARY streamcart_plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
            CREATE TEXT SEARCH CONFIGURATION streamcart_plain (COPY = pg_catalog.simple);
            ALTER TEXT SEARCH CONFIGURATION streamcart_plain
                ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word
                WITH unaccent, streamcart_plain;
            """,
            """
            DROP TEXT SEARCH CONFIGURATION streamcart_plain;
            DROP TEXT SEARCH DICTIONARY streamcart_plain;
            """,
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_search_trigram",
        ),
        migrations.RemoveField(
            model_name="product",
            name="search_text",
        ),
        # Its only use was the index on search_text.
        migrations.RunSQL(
            "DROP FUNCTION immutable_unaccent(text)",
            """
            CREATE FUNCTION immutable_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
                RETURN unaccent('unaccent'::regdictionary, $1)
            """,
        ),
        migrations.AddField(
            model_name="product",
            name="import_digest",
            field=models.CharField(blank=True, editable=False, help_text="Of the imported entry.", max_length=64),
        ),
        migrations.AlterField(
            model_name="productimage",
            name="file",
            field=models.ImageField(
                height_field="height",
                max_length=200,
                upload_to=apps.catalog.products.models.upload_name,
                width_field="width",
            ),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="search_word_trigram", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="is_featured",
            field=models.BooleanField(default=False, verbose_name="featured"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="sku",
            field=models.CharField(max_length=40, unique=True, verbose_name="SKU"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="weight_grams",
            field=models.PositiveIntegerField(default=0, verbose_name="weight (g)"),
        ),
    ]
