"""`manage.py up`: the whole house with one command."""

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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import gateway, postgres, valkey
from house.config import DATA_SERVICES, ROLES, ROOT, SERVICES, House
from house.errors import HouseError
from house.supervisor import Process, Supervisor, end_leftovers

READY_SECONDS = 90
STAGE_DATA, STAGE_SERVICES, STAGE_GATEWAY = 0, 1, 2
BANNER = """
  StreamCart is ready   {url}        (started in {seconds:.0f} s)

  customer   ada@example.com    streamcart-demo
  staff      staff@example.com  streamcart-demo   {url}/api/catalog/admin/
  admin      admin@example.com  streamcart-demo
  test card  4242 4242 4242 4242, any future date, any CVC (declined: 4000 0000 0000 0002)
  mail       {var}/mail/        logs  {var}/log/

  Stop with Ctrl-C, or `make down` from elsewhere.
"""


def up(house: House, *, with_demo: bool) -> int:
    """Run until somebody stops it; returns the exit code. Raises HouseError for what a person can mend."""
    started = time.monotonic()
    with _only_one(house):
        end_leftovers(house.var)
        _require_free_ports(house)
        house.write_environments()
        for name in ("mail", "log", "run", *(f"media/{service}" for service in SERVICES)):
            house.folder(name)
        supervisor = Supervisor(var=house.var, is_colourful=sys.stdout.isatty())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stop())
        director = threading.Thread(target=_direct, args=(house, supervisor, with_demo, started), daemon=True)
        director.start()
        supervisor.run()
    (house.var / "run" / "ready.json").unlink(missing_ok=True)
    if supervisor.failure:
        raise HouseError(supervisor.failure)
    return 0


def down(house: House) -> int:
    """Stop the running house of this folder and wait until it is gone."""
    path = house.folder("run") / "house.pid"
    if not _is_locked(path):
        print("No house is running here.")
        return 0
    # The lock is held, so the number in the file is that of the holder and of nobody else.
    os.kill(int(path.read_text()), signal.SIGTERM)
    ends = time.monotonic() + 60
    while _is_locked(path) and time.monotonic() < ends:
        time.sleep(0.1)
    print("The house is down.")
    return 0


def _is_locked(path: Path) -> bool:
    """Whether a supervisor holds the folder."""
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


@contextlib.contextmanager
def _only_one(house: House):
    """Two supervisors over one folder would fight; the lock goes with the process, however it ends."""
    with (house.folder("run") / "house.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HouseError(
                f"A house is running with {house.var} already. Stop it with `PORT={house.port} make down`, "
                "or start a second one: HOUSE_VAR=var-2 PORT=9000 make up."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _require_free_ports(house: House) -> None:
    wanted = ["gateway", *SERVICES]
    wanted += ["postgres"] * house.needs_postgres + ["valkey"] * house.needs_valkey
    for name in wanted:
        port = house.port_of(name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise HouseError(
                    f"Port {port} (for {name}) is in use. Stop what uses it, or choose others: PORT=9000 make up."
                ) from None


def python(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def environment(house: House, service: str) -> dict[str, str]:
    """The service's variables over those of this shell. Compiled modules are kept, for a faster next start."""
    made = dict(os.environ) | house.environment(service)
    made |= {"PYTHONUNBUFFERED": "1", "HOUSE_VAR": str(house.var), "PORT": str(house.port)}
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    return made


def _direct(house: House, supervisor: Supervisor, with_demo: bool, started: float) -> None:
    """Brings the house up step by step, beside the supervisor's loop."""
    try:
        _start_data(house, supervisor)
        _prepare(house)
        _start_services(house, supervisor)
        _wait_until_ready(house, supervisor)
        if with_demo and not _demo_is_there(house):
            _load_demo(house, supervisor)
        seconds = time.monotonic() - started
        supervisor.say(BANNER.format(url=house.public_url, seconds=seconds, var=os.path.relpath(house.var)))
        (house.var / "run" / "ready.json").write_text(json.dumps({"url": house.public_url, "seconds": seconds}))
    except HouseError as error:
        supervisor.stop(str(error))
    except OSError as error:
        supervisor.stop(f"{error.strerror or error}: {error.filename or 'no room?'}. Is the disk full?")
    except Exception as error:
        supervisor.stop(f"{type(error).__name__}: {error}")
        raise


def _start_data(house: House, supervisor: Supervisor) -> None:
    if house.needs_valkey:
        command = valkey.command(house.folder("valkey"), house.port_of("valkey"))
        supervisor.add(Process("valkey", command, stage=STAGE_DATA))
    if not house.needs_postgres:
        return
    data, password = house.var / "postgres", house.secrets["ui_database"]
    postgres.initialise(data, password)
    port = house.port_of("postgres")
    process = Process(
        "postgres",
        postgres.command(data, port),
        stop_signal=signal.SIGINT,
        stage=STAGE_DATA,
        preexec=postgres.unprivileged(),
    )
    supervisor.add(process)
    postgres.wait_until_up(port, password, alive=lambda: not supervisor.is_stopping)
    postgres.ensure_databases(house)


def _prepare(house: House) -> None:
    """Migrations and static files, for those services where something is new since the last start."""
    stamps = house.folder("run") / "prepared.json"
    known = json.loads(stamps.read_text()) if stamps.is_file() else {}
    wanted = {service: _fingerprint(house, service) for service in SERVICES}
    stale = [service for service in SERVICES if known.get(service) != wanted[service]]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda service: _prepare_one(house, service), stale))
    # Taken again: static files are there now.
    stamps.write_text(json.dumps({service: _fingerprint(house, service) for service in SERVICES}))


def _prepare_one(house: House, service: str) -> None:
    commands = [["migrate", "--no-input", "--verbosity=0"]] if service in DATA_SERVICES else []
    commands.append(["collectstatic", "--no-input", "--verbosity=0"])
    for command in commands:
        run = subprocess.run(
            python(service, *command), env=environment(house, service), capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            log = house.folder("log") / f"{service}.{command[0]}.log"
            log.write_text(run.stdout + run.stderr)
            words = (run.stderr or run.stdout).strip().splitlines()
            reason = words[-1] if words else f"code {run.returncode}"
            raise HouseError(f"`manage.py {service} {command[0]}` failed: {reason} All of it is in {log}.")


def _fingerprint(house: House, service: str) -> str:
    """Changes with migrations, static files, their locks, and the database they go to."""
    digest = hashlib.sha256(house.environment(service).get("DATABASE_URL", "").encode())
    cluster = house.var / "postgres" / "PG_VERSION"
    digest.update(str(cluster.stat().st_ino if cluster.is_file() else "").encode())
    digest.update(str((house.var / "static" / service).is_dir()).encode())
    files = [ROOT / "requirements" / "dev.txt", ROOT / "apps" / "ui" / "package-lock.json"]
    for folder in (ROOT / "apps" / "common", ROOT / "apps" / service):
        files += [
            p for p in folder.rglob("*") if {"migrations", "static"} & set(p.parts) and "node_modules" not in p.parts
        ]
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size};".encode())
    return digest.hexdigest()


def _start_services(house: House, supervisor: Supervisor) -> None:
    """Web processes first: they decide when the house is ready."""
    for role in ("web", "events", "worker", "beat"):
        for service in SERVICES:
            if role in ROLES[service]:
                process = Process(
                    f"{service}.{role}", python(service, role), environment(house, service), stage=STAGE_SERVICES
                )
                supervisor.add(process)
        if role == "web":
            supervisor.add(Process("gateway", gateway.command(house), stage=STAGE_GATEWAY, stop_signal=signal.SIGQUIT))


def _wait_until_ready(house: House, supervisor: Supervisor) -> None:
    ends = time.monotonic() + READY_SECONDS
    waiting = list(SERVICES)
    while waiting and not supervisor.is_stopping:
        waiting = [service for service in waiting if not _answers(f"{house.url_of(service)}/readyz")]
        if waiting and time.monotonic() > ends:
            raise HouseError(f"{', '.join(waiting)} did not become ready in time. Look at {house.var / 'log'}.")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (an own address)
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _demo_is_there(house: House) -> bool:
    return (house.var / "demo" / "loaded").is_file()


def _load_demo(house: House, supervisor: Supervisor) -> None:
    demo = Process("demo", python("demo"), environment(house, "ui"), is_oneshot=True)
    supervisor.add(demo)
    while demo.exit_code is None and not supervisor.is_stopping:
        time.sleep(0.1)
    if demo.exit_code:
        raise HouseError(f"The demo could not be loaded. Look at {house.var / 'log' / 'demo.log'}, or use --no-demo.")
    (house.folder("demo") / "loaded").touch()
