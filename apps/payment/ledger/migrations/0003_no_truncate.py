from django.db import migrations


class Migration(migrations.Migration):
    """TRUNCATE fires no trigger of rows, so it needs a guard of its own."""

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER ledger_posting_no_truncate BEFORE TRUNCATE ON ledger_posting
                FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
            CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_journalentry
                FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
            """,
            """
            DROP TRIGGER ledger_entry_no_truncate ON ledger_journalentry;
            DROP TRIGGER ledger_posting_no_truncate ON ledger_posting;
            """,
        ),
    ]
