"""Documents apart from listings. No release had them there, so the column goes at once."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("browse", "0003_admin_lists"), ("products", "0008_admin_lists")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="products.product",
                    ),
                ),
                ("number", models.IntegerField(unique=True)),
                ("is_published", models.BooleanField()),
                ("document", django.contrib.postgres.search.SearchVectorField()),
                ("changed_in", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(
            """
            INSERT INTO browse_searchdocument (product_id, number, is_published, document, changed_in)
                SELECT product_id, number, is_published, document, changed_in FROM browse_listing
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="searchdocument",
            index=django.contrib.postgres.indexes.GinIndex(fields=["document"], name="document_words"),
        ),
        migrations.AddIndex(
            model_name="searchdocument",
            index=models.Index(fields=["changed_in"], name="document_changed_in"),
        ),
        migrations.RemoveIndex(model_name="listing", name="listing_document"),
        migrations.RemoveField(model_name="listing", name="document"),
    ]
