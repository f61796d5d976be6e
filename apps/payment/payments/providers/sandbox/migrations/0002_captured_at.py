from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="sandboxcharge",
            name="captured_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(
            "UPDATE payments_sandboxcharge SET captured_at = created_at WHERE state IN ('captured', 'refunded')",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="sandboxcharge",
            index=models.Index(
                condition=models.Q(("captured_at__isnull", False)),
                fields=["captured_at"],
                name="sandbox_charge_captured",
            ),
        ),
        migrations.AddIndex(
            model_name="sandboxrefund",
            index=models.Index(fields=["created_at"], name="sandbox_refund_created"),
        ),
    ]
