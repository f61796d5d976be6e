"""SQL of migrations in files of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.common.migration_sql import run_sql


def test_migration_runs_the_file_beside_it_and_undoes_it_by_the_reverse_file(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "view.sql").write_text("CREATE VIEW one AS SELECT 1;")
    (tmp_path / "sql" / "view.reverse.sql").write_text("DROP VIEW one;")
    operation = run_sql(str(tmp_path / "0002_view.py"), "view")
    assert (operation.sql, operation.reverse_sql) == ("CREATE VIEW one AS SELECT 1;", "DROP VIEW one;")


def test_file_without_its_reverse_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "view.sql").write_text("CREATE VIEW one AS SELECT 1;")
    with pytest.raises(FileNotFoundError):
        run_sql(str(tmp_path / "0002_view.py"), "view")
