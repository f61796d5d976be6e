import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import apps.common.countries
import apps.common.ids
from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "country",
                    models.CharField(
                        default="DE",
                        help_text="ISO 3166-1, two letters.",
                        max_length=2,
                        validators=[apps.common.countries.CountryValidator()],
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True, help_text="Whether its units are sold.")),
            ],
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("order_id", models.UUIDField(unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("committed", "Committed"),
                            ("released", "Released"),
                            ("expired", "Expired"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "active")), fields=["expires_at"], name="reservation_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReservationLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("sku", models.CharField(max_length=40, verbose_name="SKU")),
                ("variant_id", models.UUIDField(null=True)),
                ("quantity", models.PositiveIntegerField()),
                ("allocation", models.JSONField(default=dict)),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="inventory.reservation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StockItem",
            fields=[
                (
                    "variant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stock",
                        serialize=False,
                        to="products.variant",
                    ),
                ),
                ("on_hand", models.IntegerField(default=0)),
                ("reserved", models.PositiveIntegerField(default=0)),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("deny", "only what is in stock"),
                            ("backorder", "also what is on its way"),
                            ("preorder", "before it comes out"),
                        ],
                        default="deny",
                        max_length=9,
                    ),
                ),
                (
                    "backorder_limit",
                    models.PositiveIntegerField(default=0, help_text="How many units may be sold before they arrive."),
                ),
                (
                    "available_on",
                    models.DateField(blank=True, help_text="When a preorder or the next delivery is sent.", null=True),
                ),
                (
                    "low_stock_at",
                    models.PositiveIntegerField(default=5, help_text="Stock is low at this many units or fewer."),
                ),
                (
                    "is_low",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            (
                                "on_hand__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("reserved"), "+", models.F("low_stock_at")
                                ),
                            )
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_low", True)), fields=["variant"], name="stock_low"),
                    models.Index(
                        condition=models.Q(("policy", "deny"), _negated=True),
                        fields=["policy", "variant"],
                        name="stock_beforehand",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reserved__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("on_hand"), "+", models.F("backorder_limit")
                                ),
                            )
                        ),
                        name="stock_never_oversold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("policy", "deny"), _negated=True), ("backorder_limit", 0), _connector="OR"
                        ),
                        name="stock_denied_has_no_backorders",
                        violation_error_message="Only a backorder or preorder has a limit; make it 0.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("quantity", models.IntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("sold", "Sold"),
                            ("returned", "Returned"),
                            ("counted", "Counted"),
                            ("damaged", "Damaged"),
                            ("moved", "moved between warehouses"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=100)),
                ("moved_by", models.CharField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="products.variant"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.warehouse",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on_hand", models.IntegerField(default=0)),
                ("reserved", models.PositiveIntegerField(default=0)),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stock_levels", to="products.variant"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="levels", to="inventory.warehouse"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="reservationline",
            constraint=models.UniqueConstraint(
                fields=("reservation", "position"), name="reservation_line_per_position"
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["variant", "-created_at"], name="movement_history"),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(
                condition=models.Q(("reference", ""), _negated=True), fields=["reference"], name="movement_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.UniqueConstraint(fields=("variant", "warehouse"), name="level_once_per_warehouse"),
        ),
        run_sql(__file__, "append_only_movements"),
        run_sql(__file__, "stock_fill_factor"),
        run_sql(__file__, "reserve_plenty"),
        run_sql(__file__, "first_warehouse"),
    ]
