"""A charge can be given back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_owners_of_methods"),
    ]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="state",
            field=models.CharField(
                choices=[
                    ("created", "Created"),
                    ("requires_action", "Requires Action"),
                    ("authorised", "Authorised"),
                    ("captured", "Captured"),
                    ("declined", "Declined"),
                    ("voided", "Voided"),
                    ("refunded", "Refunded"),
                ],
                default="created",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="sandboxcharge",
            name="state",
            field=models.CharField(
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
    ]
