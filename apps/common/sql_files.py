"""SQL of migrations in files of its own, where editors and reviewers read it as SQL.

# apps/payment/ledger/migrations/0002_guards.py, beside 0002_guards.sql and 0002_guards.reverse.sql
operations = [run_sql(__file__, "0002_guards.sql")]
"""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def run_sql(migration: str, name: str) -> RunSQL:
    """The operation that runs the file `name` beside the migration (its `__file__`) and undoes it by the file that is
    named `….reverse.sql`. Raises FileNotFoundError when one of the two is missing."""
    path = Path(migration).with_name(name)
    return RunSQL(path.read_text(), reverse_sql=path.with_suffix(".reverse.sql").read_text())
