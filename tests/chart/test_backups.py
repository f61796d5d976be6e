"""The database's own scripts on a real PostgreSQL: its role, its dumps, its restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.project import ROOT
from devtools.stack import postgres
from tests.chart.conftest import script
from tests.chart.render import find, of_kind, render

PASSWORD = "a-password_of=the-service"


class Service:
    """The catalogue's database, reached as its own role."""

    def __init__(self, server: dict[str, str], backups: Path) -> None:
        self.backups = backups
        self.environment = server | {
            "PGUSER": "shop",
            "PGDATABASE": "shop",
            "PGPASSWORD": PASSWORD,
            "BACKUPS": str(backups),
        }

    def sql(self, statement: str) -> str:
        command = [
            "psql",
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--command",
            statement,
        ]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout.strip()

    def run(self, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(path), *arguments], env=self.environment, capture_output=True, text=True, check=False
        )

    def dumps(self) -> list[str]:
        return sorted(path.name for path in self.backups.glob("*.dump"))


@pytest.fixture(scope="module")
def service(database_server, tmp_path_factory) -> Service:
    """Made by the StatefulSet's own script, then migrated by the service as its own role."""
    folder = tmp_path_factory.mktemp("scripts")
    made = subprocess.run(
        ["sh", str(script("catalog-postgres", "create-role.sh", folder))],
        env=database_server | {"SERVICE": "shop", "SERVICE_PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    service = Service(database_server, tmp_path_factory.mktemp("backups"))
    url = f"postgres://shop:{PASSWORD}@{database_server['PGHOST']}:{database_server['PGPORT']}/shop"
    settings = {"DATABASE_URL": url, "SECRET_KEY": "for-tests-only", "LOG_FORMAT": "console"}
    migrated = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "catalog", "migrate", "--wait", "10", "--verbosity", "0"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr
    service.sql("INSERT INTO django_content_type (app_label, model) VALUES ('kept', 'thing')")
    return service


@pytest.fixture
def scripts(tmp_path) -> tuple[Path, Path]:
    return script("catalog-backup", "backup.sh", tmp_path), script("catalog-backup", "restore.sh", tmp_path)


def test_database_role_owns_its_database_and_the_administrator_cannot_sign_in(service, database_server):
    assert service.sql("SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'shop'") == "f"
    owner = "SELECT rolname FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid WHERE datname = 'shop'"
    assert service.sql(owner) == "shop"
    # The administrator's password is gone, so nobody is administrator over the network.
    knock = ["psql", "--username", "postgres", "--command", "SELECT 1"]
    refused = subprocess.run(knock, env=database_server, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "authentication failed" in refused.stderr


def test_dump_restores_everything(service, scripts):
    backup, restore = scripts
    written = service.run(backup, "14")
    assert written.returncode == 0, written.stderr
    [dump] = service.dumps()
    assert dump in written.stdout

    service.sql("DELETE FROM django_content_type WHERE app_label = 'kept'")
    service.sql("CREATE TABLE made_after_the_dump (id int)")
    restored = service.run(restore, dump)
    assert restored.returncode == 0, restored.stderr
    assert service.sql("SELECT count(*) FROM django_content_type WHERE app_label = 'kept'") == "1"
    assert service.sql("SELECT to_regclass('made_after_the_dump') IS NULL") == "t"
    # The schema is whole: extensions, indexes, sequences. The service finds nothing to migrate.
    assert service.sql("SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')") == "2"
    service.sql("INSERT INTO django_content_type (app_label, model) VALUES ('after', 'restore')")


def test_broken_dump_changes_nothing(service, scripts):
    backup, restore = scripts
    assert service.run(backup, "14").returncode == 0
    whole = service.backups / service.dumps()[-1]
    (service.backups / "shop-broken.dump").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    before = service.sql("SELECT count(*) FROM django_content_type")
    assert service.run(restore, "shop-broken.dump").returncode != 0
    assert service.sql("SELECT count(*) FROM django_content_type") == before
    (service.backups / "shop-broken.dump").unlink()


def test_missing_dump_is_reported_with_the_existing_ones(service, scripts):
    _, restore = scripts
    run = service.run(restore, "shop-2001.dump")
    assert run.returncode == 1
    assert "There is no dump shop-2001.dump. There are:" in run.stderr


def test_an_unreachable_database_leaves_no_file(service, scripts):
    backup, _ = scripts
    before = sorted(service.backups.iterdir())
    service.environment["PGPORT"], port = "1", service.environment["PGPORT"]
    run = service.run(backup, "14")
    service.environment["PGPORT"] = port
    assert run.returncode != 0
    assert sorted(service.backups.iterdir()) == before


def test_old_dumps_go_the_newest_stays_and_leftovers_are_cleared(service, scripts):
    backup, _ = scripts
    old = service.backups / "shop-20200101T000000Z.dump"
    other = service.backups / "other-20200101T000000Z.dump"
    left = service.backups / "shop-20200102T000000Z.part"
    for path in (old, other, left):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - 30 * 86400,) * 2)
    assert service.run(backup, "14").returncode == 0
    assert not old.exists()
    assert not left.exists()
    assert other.exists()
    assert service.dumps()


@pytest.fixture
def session(service) -> Iterator[subprocess.Popen]:
    """A pod that is still at work, or a console that somebody forgot: an open session of the service's role."""
    console = subprocess.Popen(
        ["psql", "--quiet"], env=service.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    console.stdin.write("SELECT 'open';\n")
    console.stdin.flush()
    assert any("open" in line for line in iter(console.stdout.readline, ""))
    yield console
    console.kill()
    console.wait()


def test_restore_waits_for_open_sessions_to_end(service, scripts, session):
    backup, restore = scripts
    assert service.run(backup, "14").returncode == 0
    environment = service.environment | {"RESTORE_PAUSE_SECONDS": "0.1"}
    running = subprocess.Popen(
        ["sh", str(restore), service.dumps()[-1]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "waiting for 1 session(s) of shop to end\n"
    assert service.sql("SELECT count(*) > 0 FROM django_content_type") == "t"
    session.stdin.close()
    out, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    assert out.splitlines()[-1].startswith("restored shop-")


def test_restore_gives_up_and_names_open_sessions(service, scripts, session):
    _, restore = scripts
    service.environment["RESTORE_WAIT_SECONDS"] = "0"
    run = service.run(restore, service.dumps()[-1])
    del service.environment["RESTORE_WAIT_SECONDS"]
    assert run.returncode == 1
    assert "Nothing was changed: sessions of shop are still open." in run.stderr
    assert re.search(r"\d+ from 127\.0\.0\.1\S* since 20", run.stderr)


def drill(service: Service, folder: Path, backups: Path) -> subprocess.CompletedProcess[str]:
    """The drill as its pod runs it: not as root, and with nothing but the dumps."""
    scratch = folder / "scratch"
    scratch.mkdir(mode=0o777, exist_ok=True)
    scratch.chmod(0o777)
    path = script("catalog-backup", "drill.sh", folder, environment="dev")
    environment = {"PATH": service.environment["PATH"], "PGDATABASE": "shop"}
    environment |= {"BACKUPS": str(backups), "SCRATCH": str(scratch)}
    return subprocess.run(
        ["sh", str(path)],
        env=environment,
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=postgres.unprivileged(),
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Sockets have short names, and pytest's folders are root's alone."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def copied(dump: Path, folder: Path) -> Path:
    backups = folder / "backups"
    backups.mkdir(mode=0o755)
    shutil.copy(dump, backups)
    return backups


def test_the_drill_restores_the_newest_dump_and_leaves_nothing(service, scripts, open_folder):
    backup, _ = scripts
    assert service.run(backup, "14").returncode == 0
    newest = service.dumps()[-1]
    run = drill(service, open_folder, copied(service.backups / newest, open_folder))
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(rf"{newest} can be restored: \d+ migrations, \d+ tables, \d+ MB\n", run.stdout)
    assert not (open_folder / "scratch" / "data").exists()


def test_the_drill_fails_for_a_broken_dump_and_for_none(service, open_folder):
    whole = service.backups / service.dumps()[-1]
    backups = copied(whole, open_folder)
    [dump] = backups.iterdir()
    dump.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert drill(service, open_folder, backups).returncode != 0
    dump.unlink()
    run = drill(service, open_folder, backups)
    assert run.returncode == 1
    assert "There is no dump of shop" in run.stderr


@pytest.mark.parametrize("environment", ["default", "local"])
def test_the_server_accepts_its_settings(environment, tmp_path):
    """`postgres -C` reads the whole file and refuses what it does not know."""
    path = tmp_path / "postgresql.conf"
    path.write_text(find(render(environment), "ConfigMap", "catalog-postgres")["data"]["postgresql.conf"])
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("18")
    run = subprocess.run(
        [postgres.binary("postgres"), "-D", str(data), "-c", f"config_file={path}", "-C", "shared_buffers"],
        capture_output=True,
        text=True,
        preexec_fn=postgres.unprivileged(),
        check=False,
    )
    assert run.returncode == 0, run.stderr
    # In pages of 8 KiB: a quarter of the limit.
    assert int(run.stdout) * 8192 == {"default": 128, "local": 64}[environment] * 2**20


def test_service_has_no_pods_during_a_restore():
    settings = ("catalog.backup.restore=catalog-20260101T000000Z.dump", "global.defaults.web.autoscaling.enabled=true")
    objects = render(settings=settings, only="catalog")
    # NGINX goes on; nothing that runs the service's code is there, nor anything that would bring pods back.
    assert [item["metadata"]["name"] for item in of_kind(objects, "Deployment")] == ["catalog-files"]
    assert of_kind(objects, "HorizontalPodAutoscaler", "ScaledObject") == []
    # Its addresses stay.
    assert find(objects, "Service", "catalog")
    assert find(objects, "CronJob", "catalog-backup")["spec"]["suspend"] is True
    jobs = [item["metadata"]["name"] for item in objects if item["kind"] == "Job"]
    assert len(jobs) == 1
    assert jobs[0].startswith("catalog-restore-")
