from django.db import migrations, models

from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0008_watching_now"),
        ("titles", "0008_announce_countries"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscriptionaccess",
            name="country",
            field=models.CharField(blank=True, db_default="", max_length=2, verbose_name="country"),
        ),
        run_sql(__file__, "library_entry_on_offer"),
    ]
