from django.db import migrations, models

from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0003_subscriptions"),
        ("titles", "0002_packages"),
    ]

    operations = [
        run_sql(__file__, "library_entry"),
        migrations.CreateModel(
            name="LibraryEntry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("title_slug", models.CharField(max_length=120)),
                (
                    "offer",
                    models.CharField(
                        choices=[("buy", "Buy"), ("rent", "Rent"), ("plan", "Included in a subscription")], max_length=4
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                ("order_number", models.CharField(max_length=32)),
                ("granted_at", models.DateTimeField()),
                ("first_played_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={"managed": False},
        ),
    ]
