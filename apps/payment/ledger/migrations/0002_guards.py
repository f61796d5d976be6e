from django.db import migrations

from apps.common.sql_files import run_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [run_sql(__file__, "0002_guards.sql")]
