from django.db import migrations


class Migration(migrations.Migration):
    """Events say from now on in which countries a title is on offer.

    Those of titles that are limited to some are published once more: the job that looks for changed windows does it,
    within a minute, for rows whose window seems to have changed.
    """

    dependencies = [
        ("titles", "0007_encryption"),
    ]

    operations = [
        migrations.RunSQL(
            """
            UPDATE titles_title SET announced_on_offer = NOT announced_on_offer
            WHERE state = 'ready' AND available_countries <> '{}'
            """,
            migrations.RunSQL.noop,
        ),
    ]
