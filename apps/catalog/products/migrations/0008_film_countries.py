import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0007_films"),
    ]

    operations = [
        migrations.AddField(
            model_name="film",
            name="available_countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), db_default=[], default=list, size=None
            ),
        ),
    ]
