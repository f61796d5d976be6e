from django.db import migrations

from apps.common.migration_sql import run_sql


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [run_sql(__file__, "guards")]
