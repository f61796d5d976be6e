"""`manage.py up`: the whole stack with one command."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from devtools.errors import DevToolsError, sentence_of
from devtools.project import DATA_SERVICES, LOCAL_ROLES, ROOT, SERVICES
from devtools.stack import gateway, postgres, valkey
from devtools.stack.config import DEFAULT_PORT, Stack
from devtools.stack.console import Console, Step
from devtools.stack.environment import service_environment, write_environment_files
from devtools.stack.readiness import background_parts, gateway_part, wait_until_ready, web_parts
from devtools.stack.running import hint_at_others, holder_of, is_running, pid_file
from devtools.stack.supervisor import STOP_SECONDS, Process, Stopped, Supervisor, end_leftovers

# Of background processes (nice(2)): a third of the weight of a web process.
BACKGROUND_NICENESS = 5
STAGE_DATA, STAGE_SERVICES, STAGE_GATEWAY = 0, 1, 2
# What a stop takes at most: each stage its time, and a few seconds for the rest.
DOWN_SECONDS = 3 * STOP_SECONDS + 15
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
    if not with_demo:
        stack = replace(stack, environ={"SHOP_DEMO": "false", **stack.environ})
    try:
        with _only_one(stack):
            failure = _run(stack, with_demo=with_demo, is_verbose=is_verbose)
    except OSError as error:
        raise DevToolsError(sentence_of(error)) from error
    if failure:
        raise DevToolsError(failure)
    return 0


def _run(stack: Stack, *, with_demo: bool, is_verbose: bool) -> str | None:
    """Run everything in this folder, which is locked; returns what went wrong, if something did."""
    started_at = time.monotonic()
    end_leftovers(stack.var)
    _require_free_ports(stack)
    write_environment_files(stack)
    for name in ("mail", "log", "run", *(f"media/{service}" for service in SERVICES)):
        stack.folder(name)
    _ready_file(stack).unlink(missing_ok=True)
    supervisor = Supervisor(var=stack.var, console=Console(is_verbose=is_verbose))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.stop())
    director = threading.Thread(target=_start_everything, args=(stack, supervisor, with_demo, started_at), daemon=True)
    director.start()
    supervisor.run()
    # It sees that everything stops; PostgreSQL's files may just be made, which it waits for.
    director.join(timeout=STOP_SECONDS)
    _ready_file(stack).unlink(missing_ok=True)
    return supervisor.failure


def _ready_file(stack: Stack) -> Path:
    """The file that exists while the stack is ready, for scripts that wait for it."""
    return stack.var / "run" / "ready.json"


def down(stack: Stack) -> int:
    """Stop the running stack of this folder and wait until it is gone. Raises DevToolsError when it is not."""
    if not is_running(stack):
        print(f"StreamCart is not running at port {stack.port}.{hint_at_others(stack)}")
        return 0
    ends_at = time.monotonic() + DOWN_SECONDS
    signalled = None
    while is_running(stack):
        if signalled is None and (holder := holder_of(stack)):
            # Unless it has just ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(holder, signal.SIGTERM)
            signalled = holder
        if time.monotonic() > ends_at:
            who = f"process {signalled}" if signalled else "its process is not known"
            raise DevToolsError(
                f"StreamCart still runs after {DOWN_SECONDS:.0f} seconds ({who}): see {stack.var}/log/."
            )
        time.sleep(0.1)
    print("StreamCart has stopped.")
    return 0


@contextlib.contextmanager
def _only_one(stack: Stack) -> Iterator[None]:
    """Two supervisors over one folder would fight; the lock goes with the process, however it ends."""
    with pid_file(stack).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
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


def display_path(path: Path) -> str:
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


def _start_everything(stack: Stack, supervisor: Supervisor, with_demo: bool, started_at: float) -> None:
    """Starts everything step by step, beside the supervisor's loop."""
    console = supervisor.console
    try:
        console.print(f"\nStreamCart is starting; logs are in {display_path(stack.var)}/log/\n")
        with console.step("servers") as step:
            step.result = _start_data(stack, supervisor)
        with console.step("migrations") as step:
            step.result = _prepare(stack, supervisor)
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
        var = display_path(stack.var)
        console.print(BANNER.format(url=stack.public_url, seconds=seconds, var=var, prefix=prefix))
        if demo_problem:
            console.print(f"  {demo_problem}\n")
        _ready_file(stack).write_text(json.dumps({"url": stack.public_url, "seconds": seconds}))
    except Stopped:
        return
    except DevToolsError as error:
        supervisor.stop(str(error))
    except OSError as error:
        supervisor.stop(sentence_of(error))
    except Exception as error:
        if supervisor.is_stopping:
            # A server that was being asked has been stopped.
            return
        supervisor.stop(f"{type(error).__name__}: {error}")
        raise


def _run_to_end(supervisor: Supervisor, process: Process) -> int:
    """Run a program that ends by itself; returns its exit code. Raises Stopped."""
    supervisor.add(process)
    while process.exit_code is None:
        if supervisor.is_stopping:
            raise Stopped
        time.sleep(0.05)
    return process.exit_code


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


def _prepare(stack: Stack, supervisor: Supervisor) -> str:
    """Migrations and static files, for those services where something is new since the last start; returns which."""
    stamps = stack.folder("run") / "prepared.json"
    known = _read_stamps(stamps)
    wanted = {service: _fingerprint(stack, service) for service in SERVICES}
    stale = [service for service in SERVICES if known.get(service) != wanted[service]]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda service: _prepare_one(stack, supervisor, service), stale))
    # Taken again: static files are there now.
    stamps.write_text(json.dumps({service: _fingerprint(stack, service) for service in SERVICES}))
    return ", ".join(stale) if stale else "nothing new"


def _read_stamps(path: Path) -> dict[str, str]:
    """Empty when there are none yet, or when a full disk took half of them."""
    try:
        return dict(json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def _prepare_one(stack: Stack, supervisor: Supervisor, service: str) -> None:
    commands = [["migrate", "--no-input", "--verbosity=0"]] if service in DATA_SERVICES else []
    commands.append(["collectstatic", "--no-input", "--verbosity=0"])
    for command in commands:
        lines: list[str] = []
        name = f"{service}.{command[0]}"
        process = Process(
            name,
            python(service, *command),
            environment(stack, service),
            is_oneshot=True,
            is_shown=False,
            on_line=lines.append,
        )
        if code := _run_to_end(supervisor, process):
            log = supervisor.log_folder / f"{name}.log"
            words = [line for line in lines if line.strip()]
            reason = words[-1] if words else f"code {code}"
            hint = (
                " If an older version made these databases, `make clean` starts afresh."
                if command[0] == "migrate"
                else ""
            )
            raise DevToolsError(f"`manage.py {service} {command[0]}` failed: {reason} All of it is in {log}.{hint}")


# Folders and modules that `migrate` and `collectstatic` depend on.
PREPARED = {"migrations", "settings", "static"}


def _fingerprint(stack: Stack, service: str) -> str:
    """Changes with migrations, settings (by which `migrate` makes what a language needs), static files, their locks,
    and the database they go to."""
    digest = hashlib.sha256(service_environment(stack, service).get("DATABASE_URL", "").encode())
    cluster = stack.var / "postgres" / "PG_VERSION"
    digest.update(str(cluster.stat().st_ino if cluster.is_file() else "").encode())
    digest.update(str((stack.var / "static" / service).is_dir()).encode())
    files = [ROOT / "requirements" / "dev.txt", ROOT / "apps" / "ui" / "package-lock.json"]
    for folder in (ROOT / "apps" / "common", ROOT / "apps" / service):
        files += [p for p in folder.rglob("*") if PREPARED & {*p.parts, p.stem} and "node_modules" not in p.parts]
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size};".encode())
    return digest.hexdigest()


def _start_services(stack: Stack, supervisor: Supervisor) -> str:
    """Web processes first, and what asks them when they are ready; returns how many processes run."""
    _start_role(stack, supervisor, "web")
    supervisor.add(Process("gateway", gateway.command(stack), stage=STAGE_GATEWAY, stop_signal=signal.SIGQUIT))
    wait_until_ready(web_parts(stack), supervisor)
    # Not earlier: it would report each service that is not there yet.
    wait_until_ready([gateway_part(stack)], supervisor)
    _start_role(stack, supervisor, "background")
    wait_until_ready(background_parts(stack), supervisor)
    roles = [role for roles in LOCAL_ROLES.values() for role in roles]
    return f"gateway, {roles.count('web')} web, {roles.count('background')} background"


def _start_role(stack: Stack, supervisor: Supervisor, role: str) -> None:
    for service in SERVICES:
        if role in LOCAL_ROLES[service]:
            environ = environment(stack, service)
            if role == "background":
                environ["METRICS_PORT"] = str(stack.port_of(f"{service}.background"))
            preexec = _step_back if role == "background" else None
            command = python(service, role)
            supervisor.add(Process(f"{service}.{role}", command, environ, stage=STAGE_SERVICES, preexec=preexec))


def _step_back() -> None:
    """Let pages go first where all share a few cores, as a cluster does by the shares of its pods: nobody waits for a
    film's encoding or a mail, but somebody waits for a page."""
    os.nice(BACKGROUND_NICENESS)


def _demo_is_there(stack: Stack) -> bool:
    return (stack.var / "demo" / "loaded").is_file()


def _load_demo(stack: Stack, supervisor: Supervisor, step: Step) -> str:
    """Load the demo; returns what is to be said about it at the end. A shop without its demo is still a shop."""
    demo = Process("demo", python("demo"), environment(stack, "ui"), is_oneshot=True, on_line=step.update)
    if _run_to_end(supervisor, demo):
        step.result = "not complete"
        log = display_path(stack.var / "log" / "demo.log")
        return f"The demo could not be loaded (see {log}). `make demo` continues where it stopped."
    (stack.folder("demo") / "loaded").touch()
    step.result = "accounts, catalogue, films, orders"
    return ""
