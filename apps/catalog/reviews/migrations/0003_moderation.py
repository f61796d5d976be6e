"""Reviews wait for approval and can be reported; what showed so far is approved."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0004_merchandising"),
        ("reviews", "0002_purchases_by_order"),
    ]

    operations = [
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
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="moderated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="moderated_by",
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="review",
            name="report_count",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="review",
            name="status",
            field=models.CharField(
                choices=[("pending", "waits for approval"), ("approved", "Approved"), ("rejected", "Rejected")],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="reviewreport",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="reviews.review"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(fields=("review", "user_id"), name="report_once_per_user"),
        ),
        migrations.RunSQL(
            "UPDATE reviews_review SET status = CASE WHEN is_hidden THEN 'rejected' ELSE 'approved' END",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name="review",
            name="is_hidden",
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("status", "pending")), fields=["created_at"], name="review_queue"),
        ),
    ]
