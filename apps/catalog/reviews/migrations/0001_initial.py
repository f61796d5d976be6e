import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("user_id", models.UUIDField(blank=True, null=True)),
                ("author_name", models.CharField(max_length=80)),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ]
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField(blank=True, max_length=4000)),
                ("is_verified", models.BooleanField(default=False, verbose_name="verified purchase")),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "waits for approval"), ("approved", "Approved"), ("rejected", "Rejected")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("moderated_by", models.CharField(blank=True, max_length=254)),
                ("moderated_at", models.DateTimeField(blank=True, null=True)),
                ("report_count", models.PositiveIntegerField(default=0, editable=False)),
                ("created_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="products.product"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.UUIDField(null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("offensive", "Offensive"),
                            ("spam", "advertising"),
                            ("private", "private data of somebody"),
                            ("off_topic", "not about the product"),
                        ],
                        max_length=9,
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="reviews.review"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Purchase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.UUIDField(blank=True, null=True)),
                ("order_number", models.CharField(max_length=32)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("returns", models.JSONField(default=dict, editable=False)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="purchases", to="products.product"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user_id", "product"], name="purchase_by_user")],
                "constraints": [
                    models.UniqueConstraint(fields=("order_number", "product"), name="purchase_once_per_order")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["product", "-created_at", "id"], name="review_list"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["product", "rating", "-created_at", "id"], name="review_list_by_rating"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["status", "-id"], name="review_by_status"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("status", "pending")), fields=["created_at"], name="review_queue"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("product", "user_id"), name="review_once_per_user"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="review_rating_1_to_5"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(fields=("review", "user_id"), name="report_once_per_user"),
        ),
    ]
