import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import apps.catalog.products.barcodes
import apps.catalog.products.models.images
import apps.catalog.products.models.pricing
import apps.catalog.products.models.product
import apps.common.ids
from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        # Sales of a variant do not overlap: an exclusion over an equal key and a range.
        BtreeGistExtension(),
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
                ("unit", models.CharField(blank=True, help_text="For numbers: cm, ml.", max_length=16)),
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
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("name", models.CharField(max_length=120, unique=True)),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("description", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("seo_title", models.CharField(blank=True, max_length=70, verbose_name="title for search engines")),
                (
                    "seo_description",
                    models.CharField(blank=True, max_length=160, verbose_name="description for search engines"),
                ),
                ("path", models.CharField(max_length=255, unique=True)),
                ("depth", models.PositiveIntegerField()),
                ("numchild", models.PositiveIntegerField(default=0)),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=80)),
                ("full_path", models.CharField(editable=False, max_length=400, unique=True)),
                ("description", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name_plural": "categories",
            },
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
            name="Price",
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
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                ("seo_title", models.CharField(blank=True, max_length=70, verbose_name="title for search engines")),
                (
                    "seo_description",
                    models.CharField(blank=True, max_length=160, verbose_name="description for search engines"),
                ),
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("title", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(choices=[("goods", "Goods"), ("video", "Video")], default="goods", max_length=8),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("description", models.TextField(blank=True, max_length=20000)),
                (
                    "title_slug",
                    models.SlugField(blank=True, help_text="The film's title in the video service.", max_length=120),
                ),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("is_featured", models.BooleanField(default=False, verbose_name="featured")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="shows from")),
                ("published_until", models.DateTimeField(blank=True, null=True, verbose_name="shows until")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "import_digest",
                    models.CharField(blank=True, editable=False, help_text="Of the imported entry.", max_length=64),
                ),
                ("sales_count", models.PositiveIntegerField(default=0, editable=False)),
                ("rating_count", models.PositiveIntegerField(default=0, editable=False)),
                ("rating_average", models.DecimalField(decimal_places=2, default=0, editable=False, max_digits=3)),
                (
                    "rating_histogram",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        default=apps.catalog.products.models.product.no_ratings,
                        editable=False,
                        size=5,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProductImage",
            fields=[
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "file",
                    models.ImageField(
                        height_field="height",
                        max_length=200,
                        upload_to=apps.catalog.products.models.images.upload_name,
                        width_field="width",
                    ),
                ),
                ("alt", models.CharField(blank=True, max_length=300, verbose_name="alternative text")),
                ("width", models.PositiveIntegerField(default=0, editable=False)),
                ("height", models.PositiveIntegerField(default=0, editable=False)),
                ("renditions", models.JSONField(default=list, editable=False)),
                ("checksum", models.CharField(blank=True, editable=False, max_length=64)),
                ("failure", models.CharField(blank=True, editable=False, max_length=300)),
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
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("sku", models.CharField(max_length=40, unique=True, verbose_name="SKU")),
                (
                    "barcode",
                    models.CharField(
                        blank=True,
                        help_text="GTIN: 8, 12, 13 or 14 digits.",
                        max_length=14,
                        validators=[apps.catalog.products.barcodes.validate_barcode],
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("weight_grams", models.PositiveIntegerField(default=0, verbose_name="weight (g)")),
                ("offer", models.CharField(blank=True, choices=[("buy", "Buy"), ("rent", "Rent")], max_length=4)),
                ("rental_hours", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "title_slug",
                    models.SlugField(
                        blank=True,
                        help_text="The title in the video service, when it is not the product's.",
                        max_length=120,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
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
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                name="brand_name_once",
                violation_error_message="There is a brand with this name already; capitals make no difference.",
            ),
        ),
        migrations.AddIndex(
            model_name="category",
            index=models.Index(
                fields=["full_path"], name="category_full_path_prefix", opclasses=["varchar_pattern_ops"]
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
            model_name="product",
            name="brand",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="products.brand",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="products", to="products.category"
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
            model_name="attributevalue",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attribute_values", to="products.product"
            ),
        ),
        migrations.AddField(
            model_name="productimage",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="images", to="products.product"
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
            model_name="variant",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="products.product"
            ),
        ),
        migrations.AddField(
            model_name="saleprice",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sale_prices", to="products.variant"
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="prices", to="products.variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="attributechoice",
            constraint=models.UniqueConstraint(fields=("attribute", "slug"), name="choice_once_per_attribute"),
        ),
        migrations.AddConstraint(
            model_name="collectionitem",
            constraint=models.UniqueConstraint(fields=("collection", "product"), name="product_once_per_collection"),
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
            model_name="productrelation",
            constraint=models.UniqueConstraint(fields=("product", "related"), name="relation_once"),
        ),
        migrations.AddConstraint(
            model_name="productrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("product", models.F("related")), _negated=True), name="relation_to_another"
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
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["published_at"], name="product_by_publication"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("is_featured", True)), fields=["-updated_at", "-id"], name="product_featured"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="product_published_has_date",
            ),
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
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("slug"),
                name="product_slug_once",
                violation_error_message="There is a product with this slug already; capitals make no difference.",
            ),
        ),
        migrations.AddConstraint(
            model_name="producttypeattribute",
            constraint=models.UniqueConstraint(fields=("product_type", "attribute"), name="attribute_once_per_type"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offer", "rent"), ("rental_hours__gt", 0), ("rental_hours__isnull", False)),
                    models.Q(models.Q(("offer", "rent"), _negated=True), ("rental_hours__isnull", True)),
                    _connector="OR",
                ),
                name="variant_hours_are_of_rentals",
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
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("sku"),
                name="variant_sku_once",
                violation_error_message="There is a variant with this SKU already; capitals make no difference.",
            ),
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
        migrations.AddConstraint(
            model_name="price",
            constraint=models.UniqueConstraint(fields=("variant", "currency"), name="price_once_per_currency"),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("amount__lte", 100000000000)), name="price_is_sane"
            ),
        ),
        run_sql(__file__, "variant_offer_fits_kind"),
    ]
