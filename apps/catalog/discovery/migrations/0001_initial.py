import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("products", "0001_initial"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        run_sql(__file__, "text_search_configurations"),
        run_sql(__file__, "listing_number"),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("word", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("numbers", models.BinaryField()),
                ("weights", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="products.product",
                    ),
                ),
                (
                    "number",
                    models.IntegerField(
                        db_default=models.Func(models.Value("discovery_listing_number"), function="nextval"),
                        unique=True,
                    ),
                ),
                ("is_published", models.BooleanField()),
                ("shows_from", models.DateTimeField(null=True)),
                ("shows_until", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=8)),
                ("category_id", models.BigIntegerField()),
                ("brand_id", models.BigIntegerField(null=True)),
                ("is_featured", models.BooleanField()),
                ("sales_count", models.IntegerField()),
                ("rating_average", models.FloatField()),
                ("rating_count", models.IntegerField()),
                (
                    "availability",
                    models.CharField(
                        choices=[
                            ("in_stock", "In Stock"),
                            ("low_stock", "Low Stock"),
                            ("backorder", "Backorder"),
                            ("preorder", "Preorder"),
                            ("out_of_stock", "Out Of Stock"),
                            ("digital", "Digital"),
                        ],
                        max_length=12,
                    ),
                ),
                ("prices", models.JSONField()),
                ("keys", models.JSONField()),
                ("numbers", models.JSONField()),
                ("card", models.JSONField()),
                ("reprice_at", models.DateTimeField(null=True)),
                ("changed_in", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["changed_in"], name="listing_changed_in"),
                    models.Index(fields=["availability"], name="listing_availability"),
                    models.Index(
                        condition=models.Q(("reprice_at__isnull", False)), fields=["reprice_at"], name="listing_reprice"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Packing",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("packed_in", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="packing_is_one_row")],
            },
        ),
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
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["document"], name="document_words"),
                    models.Index(fields=["changed_in"], name="document_changed_in"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="listing_word_trigram", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxonomyStamp",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("changed_in", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="taxonomy_stamp_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="ZeroResultSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=100)),
                ("day", models.DateField()),
                ("times", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "searches without results",
                "constraints": [models.UniqueConstraint(fields=("day", "text"), name="zero_result_search_once_a_day")],
            },
        ),
        run_sql(__file__, "stamp_taxonomy"),
    ]
