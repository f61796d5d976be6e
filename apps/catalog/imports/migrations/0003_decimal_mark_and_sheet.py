from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_counted_rows")]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="decimal_mark",
            field=models.CharField(
                choices=[
                    ("auto", "as the file shows"),
                    ("point", "a point: 1,234.50"),
                    ("comma", "a comma: 1.234,50"),
                ],
                db_default="auto",
                default="auto",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="sheet",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of a workbook: the one that is read.",
                max_length=100,
            ),
        ),
    ]
