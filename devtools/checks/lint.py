"""`manage.py lint`: every check, all findings at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.project import DATA_SERVICES, ROOT, SERVICES

BIN = Path(sys.executable).parent
# Locks of tools that live in environments of their own and share no version with the services.
ALONE = ("tools", "checkov", "audit")
DOCKERFILES = ("docker/Dockerfile", "docker/tools/Dockerfile", ".devcontainer/Dockerfile")
LOCKS = ("dev", *SERVICES, "build", *ALONE)
# Enough for a service to be imported; nothing here is connected to.
ENVIRONMENT = {
    "SECRET_KEY": "for-checks-only",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "KEY_ENCRYPTION_KEY": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "COOKIE_KEY": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "SANDBOX_WEBHOOK_SECRET": "for-checks-only",
    "STREAM_SECRET": "for-checks-only",
    "SERVICE_SECRET": "for-checks-only",
    "PUBLIC_URL": "http://localhost:8000",
}


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    name: str
    is_fine: bool
    text: str
    seconds: float
    is_skipped: bool = False


def lint() -> int:
    """Run all checks, two at a time; returns the exit code."""
    checks = [
        ("ruff", lambda: _command("ruff", "check", ".")),
        ("format", lambda: _command("ruff", "format", "--check", ".")),
        *((f"{name}: types", lambda name=name: _types(name)) for name in ("common", *SERVICES)),
        ("layers", lambda: _command("lint-imports")),
        ("words", lambda: _run([sys.executable, "-m", "devtools.checks.words"])),
        ("translations", lambda: _run([sys.executable, "-m", "devtools.checks.messages", "check"])),
        ("code lists", lambda: _run([sys.executable, "-m", "devtools.checks.code_lists"])),
        ("tests that assert", lambda: _run([sys.executable, "-m", "devtools.checks.empty_loops"])),
        ("templates", lambda: _command("djlint", "apps", "--lint", "--quiet")),
        ("dockerfiles", lambda: _command("hadolint", *DOCKERFILES)),
        ("scripts", _scripts),
        ("workflows", lambda: _command("actionlint", "-color=false")),
        ("workflow security", lambda: _command("zizmor", "--offline", "--quiet", "--no-progress", ".github")),
        ("settings", lambda: _run([sys.executable, "-m", "devtools.release.settings", "check"])),
        ("locks", _locks),
        *((f"{service}: migrations", lambda service=service: _migrations(service)) for service in DATA_SERVICES),
        *((f"{service}: openapi", lambda service=service: _openapi(service)) for service in DATA_SERVICES),
        *(
            (f"{service}: check", lambda service=service: _django(service, "check", "--fail-level", "WARNING"))
            for service in SERVICES
        ),
    ]
    with ThreadPoolExecutor(2) as pool:
        findings = list(pool.map(lambda check: _timed(*check), checks))
    for finding in findings:
        verdict = "SKIPPED" if finding.is_skipped else "ok" if finding.is_fine else "FAILED"
        print(f"{finding.name:<22} {verdict:<8} {finding.seconds:>5.1f} s", flush=True)
    for finding in findings:
        if not finding.is_fine or finding.is_skipped:
            print(f"\n===== {finding.name}\n{finding.text.strip()}", flush=True)
    failed = sum(not finding.is_fine for finding in findings)
    print(f"\n{len(findings) - failed} checks fine, {failed} failed")
    return int(failed > 0)


def _timed(name: str, check: Callable[[], tuple[int | None, str]]) -> Finding:
    started = time.monotonic()
    code, text = check()
    return Finding(name, code in (0, None), text, time.monotonic() - started, is_skipped=code is None)


def _run(command: list[str], **options: Any) -> tuple[int, str]:
    run = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    return run.returncode, run.stdout


def _command(name: str, *arguments: str) -> tuple[int, str]:
    return _run([str(BIN / name), *arguments])


def _types(name: str) -> tuple[int, str]:
    """A service's types; the developers' tools are looked at with the common library."""
    settings = "apps.common.tests.settings" if name == "common" else f"apps.{name}.settings"
    beside = ["devtools", "manage.py"] if name == "common" else []
    command = [str(BIN / "mypy"), "--cache-dir", f".mypy_cache/{name}", f"apps/{name}", *beside]
    return _run(command, env=dict(os.environ) | ENVIRONMENT | {"DJANGO_SETTINGS_MODULE": settings})


def _scripts() -> tuple[int, str]:
    """Every shell script that Git knows."""
    code, names = _run(["git", "ls-files", "*.sh", "scripts/setup", ".ci/run", "docker/assemble", "docker/trim-base"])
    return (code, names) if code else _command("shellcheck", "-x", "-P", "SCRIPTDIR", *names.split())


def _django(service: str, *arguments: str) -> tuple[int, str]:
    return _run([sys.executable, "manage.py", service, *arguments], env=dict(os.environ) | ENVIRONMENT)


def _migrations(service: str) -> tuple[int, str]:
    """Models and migrations agree. The history in a database is not asked for, so none is needed."""
    code, text = _django(service, "makemigrations", "--check", "--dry-run")
    return code, text


def _openapi(service: str) -> tuple[int, str]:
    """The checked-in document is what the code says now."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        code, text = _django(service, "spectacular", "--file", str(fresh), "--validate", "--fail-on-warn")
        if code:
            return code, text
        stale = fresh.read_text() != (ROOT / "apps" / service / "openapi.yaml").read_text()
    return int(stale), f"apps/{service}/openapi.yaml is stale; run `make openapi`." if stale else ""


def _locks() -> tuple[int | None, str]:
    """The locks follow from the inputs. A copy of each lock is compiled again; nothing newer is taken."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (ROOT / "requirements").iterdir():
            shutil.copy(path, folder)
        for lock in LOCKS:
            code, text = compile_lock(lock, folder)
            if code and ("dns error" in text or "error sending request" in text or "Connection refused" in text):
                return None, "The package index cannot be reached, so freshness of the locks was not checked."
            if code:
                return code, text
            if (folder / f"{lock}.txt").read_text() != (ROOT / "requirements" / f"{lock}.txt").read_text():
                return 1, f"requirements/{lock}.txt is stale; run `make lock`."
    return 0, ""


def compile_lock(name: str, folder: Path) -> tuple[int, str]:
    """Write `<name>.txt` from `<name>.in` in this folder; services keep to the versions of dev.txt."""
    command = [
        str(BIN / "uv"),
        "pip",
        "compile",
        "--quiet",
        # The machine's certificates, as pip and npm take them.
        "--system-certs",
        "--python-version",
        "3.13",
        "--generate-hashes",
        "--no-header",
    ]
    command += [] if name in ("dev", *ALONE) else ["-c", "dev.txt"]
    command += ["--no-deps"] if name in ("build", "tools") else []
    command += [f"{name}.in", "-o", f"{name}.txt"]
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.returncode, run.stdout


if __name__ == "__main__":
    # `python -m devtools.checks.lint lock`: write the locks (make lock).
    for each in LOCKS:
        status, output = compile_lock(each, ROOT / "requirements")
        print(output, end="")
        if status:
            sys.exit(status)
