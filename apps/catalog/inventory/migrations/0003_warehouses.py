"""Warehouses, backorders and preorders; reservations keep an order's lines apart."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_movements_are_for_ever"),
        ("products", "0004_merchandising"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on_hand", models.IntegerField(default=0)),
                ("reserved", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("country", models.CharField(default="DE", help_text="ISO 3166-1, two letters.", max_length=2)),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True, help_text="Pieces of others are not sold.")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="reservationline",
            name="reservation_line_per_sku",
        ),
        migrations.RemoveConstraint(
            model_name="stockitem",
            name="stock_never_oversold",
        ),
        migrations.AddField(
            model_name="reservationline",
            name="allocation",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="reservationline",
            name="position",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="stockitem",
            name="available_on",
            field=models.DateField(blank=True, help_text="When a preorder or the next delivery is sent.", null=True),
        ),
        migrations.AddField(
            model_name="stockitem",
            name="backorder_limit",
            field=models.PositiveIntegerField(default=0, help_text="How many pieces may be sold before they are here."),
        ),
        migrations.AddField(
            model_name="stockitem",
            name="low_stock_at",
            field=models.PositiveIntegerField(default=5, help_text="Told as low from this many pieces down."),
        ),
        migrations.AddField(
            model_name="stockitem",
            name="policy",
            field=models.CharField(
                choices=[
                    ("deny", "only what is in stock"),
                    ("backorder", "also what is on its way"),
                    ("preorder", "before it comes out"),
                ],
                default="deny",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="moved_by",
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AlterField(
            model_name="stockitem",
            name="on_hand",
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="reason",
            field=models.CharField(
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
        migrations.AddIndex(
            model_name="stockitem",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(models.F("on_hand"), "-", models.F("reserved")),
                condition=models.Q(
                    (
                        "on_hand__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("reserved"), "+", models.F("low_stock_at")
                        ),
                    )
                ),
                name="stock_low",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("policy", "deny"), _negated=True), ("backorder_limit", 0), _connector="OR"
                ),
                name="stock_denied_has_no_backorders",
            ),
        ),
        migrations.AddField(
            model_name="stocklevel",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="stock_levels", to="products.variant"
            ),
        ),
        migrations.AddField(
            model_name="stocklevel",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="levels", to="inventory.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="warehouse",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="inventory.warehouse",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.UniqueConstraint(fields=("variant", "warehouse"), name="level_once_per_warehouse"),
        ),
    ]
