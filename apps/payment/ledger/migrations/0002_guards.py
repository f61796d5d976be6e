"""The books defend themselves: entries balance at commit, and nothing that stands is changed or deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM ledger_posting WHERE entry_id = NEW.entry_id GROUP BY currency HAVING sum(amount) <> 0
                ) THEN
                    RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            -- Deferred, because an entry balances only with its last posting.
            CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_posting
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

            CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the ledger is append-only; book a reversal instead' USING ERRCODE = 'check_violation';
            END $$;
            CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
                FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
            CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_journalentry
                FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
            """,
            """
            DROP TRIGGER ledger_entry_append_only ON ledger_journalentry;
            DROP TRIGGER ledger_posting_append_only ON ledger_posting;
            DROP FUNCTION ledger_is_append_only();
            DROP TRIGGER ledger_balanced ON ledger_posting;
            DROP FUNCTION ledger_entry_balances();
            """,
        )
    ]
