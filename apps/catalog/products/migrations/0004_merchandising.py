"""Product types with typed attributes, collections, scheduled sales, translations, barcodes, dates of publication."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import apps.catalog.products.barcodes
import apps.catalog.products.models.pricing
import apps.catalog.products.models.product


class Migration(migrations.Migration):
    dependencies = [("products", "0003_search_words")]

    operations = [
        # Sales of one variant exclude each other in time.
        BtreeGistExtension(),
        migrations.RemoveIndex(
            model_name="product",
            name="product_search",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_newest",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_price",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_price_desc",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_rating",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_title",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_sales",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_by_category",
        ),
        migrations.CreateModel(
            name="Attribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("code", models.SlugField(help_text="The filter's name: attr.material.", max_length=60, unique=True)),
                ("label", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("choice", "Choice"),
                            ("number", "Number"),
                            ("boolean", "yes or no"),
                            ("text", "Text"),
                        ],
                        default="choice",
                        max_length=7,
                    ),
                ),
                ("unit", models.CharField(blank=True, help_text="Of numbers: cm, ml.", max_length=16)),
                ("is_facet", models.BooleanField(default=True, verbose_name="offered as a filter")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AttributeChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("slug", models.SlugField(max_length=80)),
                ("label", models.CharField(max_length=120)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="AttributeValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("boolean", models.BooleanField(blank=True, null=True)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("key", models.SlugField(blank=True, db_index=False, editable=False, max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("seo_title", models.CharField(blank=True, max_length=70, verbose_name="title for search engines")),
                (
                    "seo_description",
                    models.CharField(blank=True, max_length=160, verbose_name="description for search engines"),
                ),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=500)),
                (
                    "kind",
                    models.CharField(
                        choices=[("manual", "chosen by hand"), ("rule", "by a rule")], default="manual", max_length=6
                    ),
                ),
                ("rule", models.JSONField(blank=True, default=dict)),
                ("is_published", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="CollectionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ProductRelation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("similar", "Similar"), ("accessory", "Accessory")], default="similar", max_length=9
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ProductType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("slug", models.SlugField(max_length=80, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProductTypeAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_required", models.BooleanField(default=False, verbose_name="required to publish")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SalePrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                (
                    "amount",
                    models.BigIntegerField(
                        help_text="Minor units (cents).",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100000000000),
                        ],
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="brand",
            name="description",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="brand",
            name="translations",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="category",
            name="seo_description",
            field=models.CharField(blank=True, max_length=160, verbose_name="description for search engines"),
        ),
        migrations.AddField(
            model_name="category",
            name="seo_title",
            field=models.CharField(blank=True, max_length=70, verbose_name="title for search engines"),
        ),
        migrations.AddField(
            model_name="category",
            name="translations",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="product",
            name="published_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="shows until"),
        ),
        migrations.AddField(
            model_name="product",
            name="rating_histogram",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(),
                default=apps.catalog.products.models.product.no_ratings,
                editable=False,
                size=5,
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="seo_description",
            field=models.CharField(blank=True, max_length=160, verbose_name="description for search engines"),
        ),
        migrations.AddField(
            model_name="product",
            name="seo_title",
            field=models.CharField(blank=True, max_length=70, verbose_name="title for search engines"),
        ),
        migrations.AddField(
            model_name="product",
            name="translations",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="productimage",
            name="failure",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="productimage",
            name="translations",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="variant",
            name="barcode",
            field=models.CharField(
                blank=True,
                help_text="GTIN: 8, 12, 13 or 14 digits.",
                max_length=14,
                validators=[apps.catalog.products.barcodes.validate_barcode],
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="title_slug",
            field=models.SlugField(
                blank=True, help_text="The title in the video service, when it is not the product's.", max_length=120
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="translations",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name="price",
            name="amount",
            field=models.BigIntegerField(
                help_text="Minor units (cents).",
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100000000000),
                ],
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="shows from"),
        ),
        migrations.AddIndex(
            model_name="productimage",
            index=models.Index(fields=["product", "position", "id"], name="image_order"),
        ),
        migrations.AddIndex(
            model_name="productimage",
            index=models.Index(
                condition=models.Q(("failure", ""), ("renditions", [])), fields=["id"], name="image_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("offer", ""), _negated=True), ("title_slug", ""), _connector="OR"),
                name="variant_of_goods_has_no_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("barcode", ""), _negated=True), fields=("barcode",), name="variant_barcode_once"
            ),
        ),
        migrations.AddField(
            model_name="attributechoice",
            name="attribute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="products.attribute"
            ),
        ),
        migrations.AddField(
            model_name="attributevalue",
            name="attribute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="values", to="products.attribute"
            ),
        ),
        migrations.AddField(
            model_name="attributevalue",
            name="choice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="values",
                to="products.attributechoice",
            ),
        ),
        migrations.AddField(
            model_name="attributevalue",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attribute_values", to="products.product"
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "rule"), models.Q(("rule", {}), _negated=True)),
                    models.Q(("kind", "manual"), ("rule", {})),
                    _connector="OR",
                ),
                name="collection_rule_fits_kind",
            ),
        ),
        migrations.AddField(
            model_name="collectionitem",
            name="collection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="products.collection"
            ),
        ),
        migrations.AddField(
            model_name="collectionitem",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="collection_items", to="products.product"
            ),
        ),
        migrations.AddField(
            model_name="productrelation",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="relations", to="products.product"
            ),
        ),
        migrations.AddField(
            model_name="productrelation",
            name="related",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="related_from", to="products.product"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="product_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="products.producttype",
                verbose_name="type",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["-updated_at", "-id"], name="product_by_change"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["status", "-updated_at"], name="product_by_status"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["kind", "-updated_at"], name="product_by_kind"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["category", "-updated_at"], name="product_by_category"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["-sales_count", "-id"], name="product_by_sales"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["title", "id"], name="product_by_title"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_until__isnull", True),
                    ("published_until__gt", models.F("published_at")),
                    _connector="OR",
                ),
                name="product_shows_before_it_ends",
            ),
        ),
        migrations.AddField(
            model_name="producttypeattribute",
            name="attribute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="type_attributes", to="products.attribute"
            ),
        ),
        migrations.AddField(
            model_name="producttypeattribute",
            name="product_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="type_attributes", to="products.producttype"
            ),
        ),
        migrations.AddField(
            model_name="producttype",
            name="attributes",
            field=models.ManyToManyField(
                related_name="product_types", through="products.ProductTypeAttribute", to="products.attribute"
            ),
        ),
        migrations.AddField(
            model_name="saleprice",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sale_prices", to="products.variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="attributechoice",
            constraint=models.UniqueConstraint(fields=("attribute", "slug"), name="choice_once_per_attribute"),
        ),
        migrations.AddConstraint(
            model_name="attributevalue",
            constraint=models.UniqueConstraint(
                fields=("product", "attribute", "choice"), name="value_once_per_product", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="attributevalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("boolean__isnull", True), ("choice__isnull", False), ("number__isnull", True), ("text", "")
                    ),
                    models.Q(
                        ("boolean__isnull", True), ("choice__isnull", True), ("number__isnull", False), ("text", "")
                    ),
                    models.Q(
                        ("boolean__isnull", False), ("choice__isnull", True), ("number__isnull", True), ("text", "")
                    ),
                    models.Q(
                        ("boolean__isnull", True),
                        ("choice__isnull", True),
                        ("number__isnull", True),
                        models.Q(("text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="value_is_one_of_its_kinds",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionitem",
            constraint=models.UniqueConstraint(fields=("collection", "product"), name="product_once_per_collection"),
        ),
        migrations.AddConstraint(
            model_name="productrelation",
            constraint=models.UniqueConstraint(fields=("product", "related"), name="relation_once"),
        ),
        migrations.AddConstraint(
            model_name="productrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("product", models.F("related")), _negated=True), name="relation_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="producttypeattribute",
            constraint=models.UniqueConstraint(fields=("product_type", "attribute"), name="attribute_once_per_type"),
        ),
        migrations.AddConstraint(
            model_name="saleprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="sale_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="saleprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("amount__lte", 100000000000)), name="sale_price_is_sane"
            ),
        ),
        migrations.AddConstraint(
            model_name="saleprice",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("variant", "="),
                    ("currency", "="),
                    (
                        apps.catalog.products.models.pricing.Period(
                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="sales_do_not_overlap",
            ),
        ),
    ]
