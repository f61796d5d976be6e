"""`manage.py up`: the whole stack with one command."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, LOCAL_ROLES, ROOT, SERVICES
from devtools.stack import gateway, postgres, valkey
from devtools.stack.config import DEFAULT_PORT, Stack
from devtools.stack.console import Console, Step
from devtools.stack.environment import service_environment, write_environment_files
from devtools.stack.running import hint_at_others, is_running, pid_file
from devtools.stack.supervisor import Process, Supervisor, end_leftovers

READY_SECONDS = 90
STAGE_DATA, STAGE_SERVICES, STAGE_GATEWAY = 0, 1, 2
BANNER = """
  StreamCart is ready   {url}        (started in {seconds:.0f} s)

  customer   ada@example.com    streamcart-demo
  staff      staff@example.com  streamcart-demo   {url}/api/catalog/admin/
  admin      admin@example.com  streamcart-demo
  test card  4242 4242 4242 4242, any future date, any CVC (declined: 4000 0000 0000 0002)
  mail       {var}/mail/

  {prefix}make status                what runs, and how it is
  {prefix}make logs SERVICE=catalog  follow a service's log (all in {var}/log/)
  {prefix}make down                  stop, or press Ctrl-C here

  Warnings and errors of all processes are shown below.
"""


def up(stack: Stack, *, with_demo: bool, is_verbose: bool = False) -> int:
    """Run until somebody stops it; returns the exit code. Raises DevToolsError for what a person can fix."""
    started_at = time.monotonic()
    with _only_one(stack):
        end_leftovers(stack.var)
        _require_free_ports(stack)
        write_environment_files(stack)
        for name in ("mail", "log", "run", *(f"media/{service}" for service in SERVICES)):
            stack.folder(name)
        console = Console(is_verbose=is_verbose)
        supervisor = Supervisor(var=stack.var, console=console)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stop())
        director = threading.Thread(target=_direct, args=(stack, supervisor, with_demo, started_at), daemon=True)
        director.start()
        supervisor.run()
    (stack.var / "run" / "ready.json").unlink(missing_ok=True)
    if supervisor.failure:
        raise DevToolsError(supervisor.failure)
    return 0


def down(stack: Stack) -> int:
    """Stop the running stack of this folder and wait until it is gone."""
    if not is_running(stack):
        print(f"StreamCart is not running at port {stack.port}.{hint_at_others(stack)}")
        return 0
    # The lock is held, so the number in the file is that of the holder and of nobody else.
    os.kill(int(pid_file(stack).read_text()), signal.SIGTERM)
    ends_at = time.monotonic() + 60
    while is_running(stack) and time.monotonic() < ends_at:
        time.sleep(0.1)
    print("StreamCart has stopped.")
    return 0


@contextlib.contextmanager
def _only_one(stack: Stack) -> Iterator[None]:
    """Two supervisors over one folder would fight; the lock goes with the process, however it ends."""
    with pid_file(stack).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DevToolsError(
                f"StreamCart is running with {stack.var} already. Stop it with `PORT={stack.port} make down`, "
                "or start a second one: PORT=9000 make up."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _require_free_ports(stack: Stack) -> None:
    wanted = ["gateway", *SERVICES, *(f"{service}.background" for service in DATA_SERVICES)]
    wanted += ["postgres"] * stack.needs_postgres + ["valkey"] * stack.needs_valkey
    for name in wanted:
        port = stack.port_of(name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise DevToolsError(
                    f"Port {port} (for {name}) is in use. Stop what uses it, or choose others: PORT=9000 make up."
                ) from None


def shown(path: Path) -> str:
    """The path as people type it: relative where it lies below here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def python(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def environment(stack: Stack, service: str) -> dict[str, str]:
    """The service's variables over those of this shell. Compiled modules are kept, for a faster next start."""
    made = dict(os.environ) | service_environment(stack, service)
    made |= {"PYTHONUNBUFFERED": "1", "STREAMCART_VAR": str(stack.var), "PORT": str(stack.port)}
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    return made


def _direct(stack: Stack, supervisor: Supervisor, with_demo: bool, started_at: float) -> None:
    """Starts everything step by step, beside the supervisor's loop."""
    console = supervisor.console
    console.print(f"\nStreamCart is starting; logs are in {shown(stack.var)}/log/\n")
    try:
        with console.step("servers") as step:
            step.result = _start_data(stack, supervisor)
        with console.step("migrations") as step:
            step.result = _prepare(stack)
        with console.step("services") as step:
            step.result = _start_services(stack, supervisor)
        demo_problem = ""
        if with_demo and not _demo_is_there(stack):
            with console.step("demo") as step:
                demo_problem = _load_demo(stack, supervisor, step)
        if supervisor.is_stopping:
            return
        seconds = time.monotonic() - started_at
        prefix = "" if stack.port == DEFAULT_PORT else f"PORT={stack.port} "
        var = shown(stack.var)
        console.print(BANNER.format(url=stack.public_url, seconds=seconds, var=var, prefix=prefix))
        if demo_problem:
            console.print(f"  {demo_problem}\n")
        (stack.var / "run" / "ready.json").write_text(json.dumps({"url": stack.public_url, "seconds": seconds}))
    except DevToolsError as error:
        supervisor.stop(str(error))
    except OSError as error:
        supervisor.stop(f"{error.strerror or error}: {error.filename or 'no room?'}. Is the disk full?")
    except Exception as error:
        supervisor.stop(f"{type(error).__name__}: {error}")
        raise


def _start_data(stack: Stack, supervisor: Supervisor) -> str:
    """Returns which servers were started."""
    started = ["Valkey"] * stack.needs_valkey + ["PostgreSQL"] * stack.needs_postgres
    if stack.needs_valkey:
        command = valkey.command(stack.folder("valkey"), stack.port_of("valkey"))
        supervisor.add(Process("valkey", command, stage=STAGE_DATA))
    if not stack.needs_postgres:
        return ", ".join(started)
    data, password = stack.var / "postgres", stack.secrets["ui_database"]
    postgres.initialise(data, password)
    port = stack.port_of("postgres")
    process = Process(
        "postgres",
        postgres.command(data, port),
        stop_signal=signal.SIGINT,
        stage=STAGE_DATA,
        preexec=postgres.unprivileged(),
    )
    supervisor.add(process)
    postgres.wait_until_up(data, port, password, alive=lambda: not supervisor.is_stopping)
    postgres.ensure_databases(stack)
    return ", ".join(started)


def _prepare(stack: Stack) -> str:
    """Migrations and static files, for those services where something is new since the last start; returns which."""
    stamps = stack.folder("run") / "prepared.json"
    known = json.loads(stamps.read_text()) if stamps.is_file() else {}
    wanted = {service: _fingerprint(stack, service) for service in SERVICES}
    stale = [service for service in SERVICES if known.get(service) != wanted[service]]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda service: _prepare_one(stack, service), stale))
    # Taken again: static files are there now.
    stamps.write_text(json.dumps({service: _fingerprint(stack, service) for service in SERVICES}))
    return ", ".join(stale) if stale else "nothing new"


def _prepare_one(stack: Stack, service: str) -> None:
    commands = [["migrate", "--no-input", "--verbosity=0"]] if service in DATA_SERVICES else []
    commands.append(["collectstatic", "--no-input", "--verbosity=0"])
    for command in commands:
        run = subprocess.run(
            python(service, *command), env=environment(stack, service), capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            log = stack.folder("log") / f"{service}.{command[0]}.log"
            log.write_text(run.stdout + run.stderr)
            words = (run.stderr or run.stdout).strip().splitlines()
            reason = words[-1] if words else f"code {run.returncode}"
            hint = (
                " If an older version made these databases, `make clean` starts afresh."
                if command[0] == "migrate"
                else ""
            )
            raise DevToolsError(f"`manage.py {service} {command[0]}` failed: {reason} All of it is in {log}.{hint}")


def _fingerprint(stack: Stack, service: str) -> str:
    """Changes with migrations, static files, their locks, and the database they go to."""
    digest = hashlib.sha256(service_environment(stack, service).get("DATABASE_URL", "").encode())
    cluster = stack.var / "postgres" / "PG_VERSION"
    digest.update(str(cluster.stat().st_ino if cluster.is_file() else "").encode())
    digest.update(str((stack.var / "static" / service).is_dir()).encode())
    files = [ROOT / "requirements" / "dev.txt", ROOT / "apps" / "ui" / "package-lock.json"]
    for folder in (ROOT / "apps" / "common", ROOT / "apps" / service):
        files += [
            p for p in folder.rglob("*") if {"migrations", "static"} & set(p.parts) and "node_modules" not in p.parts
        ]
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size};".encode())
    return digest.hexdigest()


def _start_services(stack: Stack, supervisor: Supervisor) -> str:
    """Web processes first, and what asks them when they are ready; returns how many processes run."""
    _start_role(stack, supervisor, "web")
    supervisor.add(Process("gateway", gateway.command(stack), stage=STAGE_GATEWAY, stop_signal=signal.SIGQUIT))
    _wait_until_ready(stack, supervisor)
    _start_role(stack, supervisor, "background")
    roles = [role for roles in LOCAL_ROLES.values() for role in roles]
    return f"gateway, {roles.count('web')} web, {roles.count('background')} background"


def _start_role(stack: Stack, supervisor: Supervisor, role: str) -> None:
    for service in SERVICES:
        if role in LOCAL_ROLES[service]:
            environ = environment(stack, service)
            if role == "background":
                environ["METRICS_PORT"] = str(stack.port_of(f"{service}.background"))
            supervisor.add(Process(f"{service}.{role}", python(service, role), environ, stage=STAGE_SERVICES))


def _wait_until_ready(stack: Stack, supervisor: Supervisor) -> None:
    ends_at = time.monotonic() + READY_SECONDS
    waiting = list(SERVICES)
    while waiting and not supervisor.is_stopping:
        waiting = [service for service in waiting if not _is_ready(f"{stack.url_of(service)}/readyz")]
        if waiting and time.monotonic() > ends_at:
            raise DevToolsError(f"{', '.join(waiting)} did not become ready in time. Look at {stack.var / 'log'}.")
        time.sleep(0.1)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (an own address)
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _demo_is_there(stack: Stack) -> bool:
    return (stack.var / "demo" / "loaded").is_file()


def _load_demo(stack: Stack, supervisor: Supervisor, step: Step) -> str:
    """Load the demo; returns what is to be said about it at the end. A shop without its demo is still a shop."""
    demo = Process("demo", python("demo"), environment(stack, "ui"), is_oneshot=True, on_line=step.update)
    supervisor.add(demo)
    while demo.exit_code is None and not supervisor.is_stopping:
        time.sleep(0.1)
    if demo.exit_code is None:
        return ""
    if demo.exit_code:
        step.result = "not complete"
        log = shown(stack.var / "log" / "demo.log")
        return f"The demo could not be loaded (see {log}). `make demo` continues where it stopped."
    (stack.folder("demo") / "loaded").touch()
    step.result = "accounts, catalogue, films, orders"
    return ""
