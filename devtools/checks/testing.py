"""`manage.py test`: every test, on a real PostgreSQL and Valkey of its own, two processes at a time."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from devtools.checks.messages import compile_catalogs
from devtools.checks.parts import OF_STACK, ON_REQUEST, PARALLEL, PARTS, SPLIT, folder_of
from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, ROOT, SERVICES
from devtools.stack import postgres, valkey
from devtools.stack.supervisor import die_with_parent

# pytest's exit code when no test was collected.
NOTHING_CHOSEN = 5
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass(frozen=True)
class Outcome:
    """The result of one part."""

    part: str
    code: int
    passed: int
    failed: int
    skipped: int
    seconds: float
    is_empty: bool = False


def test(parts: list[str], *, keyword: str | None, extra: list[str]) -> int:
    """Run the parts (all when empty) and print a summary; returns the exit code."""
    if unknown := [part for part in parts if part not in PARTS]:
        raise DevToolsError(f"There is no part {unknown[0]}. Choose from: {', '.join(PARTS)}.")
    chosen = [part for part in PARTS if (part in parts if parts else part not in ON_REQUEST)]
    chosen = [part for part in chosen if (ROOT / folder_of(part)).is_dir()]
    units = [unit for part in chosen if part in PARALLEL for unit in _units(part)]
    wanted = [*(["-k", keyword] if keyword else []), *extra]
    compile_catalogs()
    with contextlib.ExitStack() as context:
        jobs: list[tuple[str, dict[str, str]]] = []
        if of_stack := [part for part in chosen if part in (*OF_STACK, *ON_REQUEST)]:
            # One pytest process for all of them, so that they share one stack. It takes longest, so it comes first.
            jobs.append((" ".join(of_stack), dict(os.environ)))
        if units:
            environment = context.enter_context(servers())
            jobs += [(unit, environment) for unit in units]
        pool = context.enter_context(ThreadPoolExecutor(2))
        return _summary(list(pool.map(lambda job: _run(job[0], job[1], wanted), jobs)))


def _units(part: str) -> tuple[str, ...]:
    return (f"{part}/{SPLIT[part]}", part) if part in SPLIT else (part,)


def _run(part: str, environment: dict[str, str], wanted: list[str]) -> Outcome:
    """Run what is named: a part, a unit of one, or several parts with a blank between."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *(folder_of(name) for name in part.split())]
    service = part.partition("/")[0]
    if part in SPLIT:
        command.append(f"--ignore={folder_of(part)}/{SPLIT[part]}")
    if service == "common":
        command.append("--ds=apps.common.tests.settings")
    elif service in SERVICES:
        command.append(f"--ds=apps.{service}.settings")
    else:
        command += ["-p", "no:django"]
    command += wanted
    own = environment | ({"DATABASE_URL": f"{environment['TEST_DATABASE_URL']}/{part}"} if part in _databases() else {})
    run = subprocess.run(
        command, cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    seconds = time.monotonic() - started
    print(f"\n===== {part} ({seconds:.0f} s)\n{run.stdout}", flush=True)
    lines = run.stdout.strip().splitlines()
    counts = {word: int(number) for number, word in COUNTS.findall(lines[-1] if lines else "")}
    # Which -k may well mean for one part of several.
    code = 0 if run.returncode == NOTHING_CHOSEN and wanted else run.returncode
    failed = counts.get("failed", 0) + counts.get("error", 0)
    is_empty = run.returncode == NOTHING_CHOSEN
    return Outcome(part, code, counts.get("passed", 0), failed, counts.get("skipped", 0), seconds, is_empty)


def _databases() -> tuple[str, ...]:
    return tuple(unit for part in (*DATA_SERVICES, "common") for unit in _units(part))


def _summary(outcomes: list[Outcome]) -> int:
    print("\n===== summary")
    for outcome in outcomes:
        verdict = "ok" if outcome.code == 0 else "FAILED"
        counts = f"{outcome.passed:>5} passed {outcome.failed:>4} failed {outcome.skipped:>4} skipped"
        print(f"{outcome.part:<14} {verdict:<7} {counts} {outcome.seconds:>5.0f} s")
    totals = [sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")]
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
    if all(outcome.is_empty for outcome in outcomes):
        raise DevToolsError("No test was chosen: check what stands behind -k.")
    return int(any(outcome.code for outcome in outcomes))


@contextlib.contextmanager
def servers(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """A throwaway PostgreSQL with a database per part, and a Valkey; yields the environment for pytest.

    With `durable` a commit waits for the disk as it does in production: for measurements.
    """
    folder = Path(tempfile.mkdtemp(prefix="streamcart-test-"))
    pg_port, valkey_port = free_port(), free_port()
    password = "for-tests-only"  # noqa: S105  (a throwaway server on loopback)
    running = []
    try:
        postgres.initialise(folder / "postgres", password)
        database = postgres.command(folder / "postgres", pg_port, throwaway=not durable)
        running.append(_start(database, folder, as_root=False))
        running.append(_start(valkey.command(folder, valkey_port), folder, as_root=True))
        postgres.wait_until_up(folder / "postgres", pg_port, password, alive=lambda: running[0].poll() is None)
        with closing(postgres.connect(pg_port, password)) as link, link.cursor() as cursor:
            for name in _databases():
                cursor.execute(f'CREATE DATABASE "{name}"')
        url = f"postgres://postgres:{password}@127.0.0.1:{pg_port}"
        made = {
            "TEST_DATABASE_URL": url,
            "REDIS_URL": f"redis://127.0.0.1:{valkey_port}/0",
            "SECRET_KEY": "for-tests-only",
            "KEY_ENCRYPTION_KEY": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
            "COOKIE_KEY": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
            "SANDBOX_WEBHOOK_SECRET": "for-tests-only",
            "STREAM_SECRET": "for-tests-only",
            "SERVICE_SECRET": "for-tests-only",
            "LOG_FORMAT": "console",
        }
        yield dict(os.environ) | made
    finally:
        for process in reversed(running):
            process.send_signal(signal.SIGINT)
        for process in running:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: list[str], folder: Path, *, as_root: bool) -> subprocess.Popen:
    log = (folder / f"{Path(command[0]).name}.log").open("wb")
    enter = None if as_root else postgres.unprivileged()
    return subprocess.Popen(
        command, stdout=log, stderr=log, preexec_fn=lambda: die_with_parent(enter), start_new_session=True
    )


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
