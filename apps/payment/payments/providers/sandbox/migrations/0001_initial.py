"""The tables were made by the app `payments`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("payments", "0003_sandbox_of_its_own")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SandboxCharge",
                    fields=[
                        ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("key", models.CharField(max_length=80, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requires_action", "Requires Action"),
                                    ("authorised", "Authorised"),
                                    ("captured", "Captured"),
                                    ("declined", "Declined"),
                                    ("voided", "Voided"),
                                    ("refunded", "Refunded"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("amount", models.BigIntegerField()),
                        ("currency", models.CharField(max_length=3)),
                        ("decline_code", models.CharField(blank=True, max_length=40)),
                        ("return_url", models.CharField(blank=True, max_length=500)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={"db_table": "payments_sandboxcharge"},
                ),
                migrations.CreateModel(
                    name="SandboxRefund",
                    fields=[
                        ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("key", models.CharField(max_length=80, unique=True)),
                        ("amount", models.BigIntegerField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "charge",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="refunds",
                                to="sandbox.sandboxcharge",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "payments_sandboxrefund",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="sandbox_refund_not_negative"
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="sandboxcharge",
            name="outcome",
            field=models.CharField(blank=True, db_default="", max_length=24),
        ),
    ]
