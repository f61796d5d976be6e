"""One running stack for all end-to-end and browser tests of a session."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest

from devtools.project import ROOT
from tests.ports import free_port_range

START_SECONDS = 600
PASSWORD = "streamcart-demo"
STREAM_SECONDS = "6"
# Of the usual time, so that nobody waits for a minute until the work of a killed process goes on.
LEASE_FACTOR = "0.4"
DEMO_PICTURES = "small"


def until[T](condition: Callable[[], T], seconds: float = 20, what: str = "it", *, pause: float = 0.1) -> T:
    """The first truthy result; fails when there is none in time."""
    ends = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < ends, f"{what} did not happen within {seconds} seconds"
        time.sleep(pause)
    return result


@pytest.fixture(autouse=True, scope="session")
def _one_tls_context() -> Iterator[None]:
    """An HTTP client reads the certificates of all authorities, in a 40th of a second; tests make thousands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@dataclass(frozen=True)
class RunningStack:
    """A stack with the demo loaded, and what tests do with it."""

    url: str
    port: int
    var: Path
    environ: dict[str, str]
    # What `manage.py status --json` said before the first test used the stack.
    status_at_start: dict[str, Any] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the stack; returns what it printed."""
        run = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-2000:]
        return run.stdout

    def mail_to(self, address: str, subject: str) -> str:
        """The text of a mail that has arrived."""

        def look() -> str | None:
            for path in sorted((self.var / "mail").glob("*"), reverse=True):
                for part in path.read_bytes().split(b"-" * 79):
                    mail = message_from_bytes(part.strip(), policy=policy.default)
                    if mail["To"] == address and subject in (mail["Subject"] or ""):
                        return mail.get_body(("plain",)).get_content()
            return None

        return until(look, what=f"a mail to {address} about “{subject}”")

    def link_in_mail(self, address: str, subject: str) -> str:
        return re.search(r"https?://\S+", self.mail_to(address, subject))[0]


def _running_stack(var: Path) -> RunningStack:
    url = json.loads((var / "run" / "ready.json").read_text())["url"]
    port = httpx.URL(url).port
    return _at_start(RunningStack(url, port, var, dict(os.environ) | {"STREAMCART_VAR": str(var), "PORT": str(port)}))


def _at_start(stack: RunningStack) -> RunningStack:
    return replace(stack, status_at_start=json.loads(stack.manage("status", "--json")))


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """Started by the same command that people use; with TEST_STACK=<its folder> one that is running already."""
    if running := os.environ.get("TEST_STACK"):
        yield _running_stack(Path(running).resolve())
        return
    var = Path(tempfile.mkdtemp(prefix="streamcart-stack-"))
    port = free_port_range()
    environ = {name: value for name, value in os.environ.items() if not name.endswith(("DATABASE_URL", "REDIS_URL"))}
    # All requests of all tests come from one address; streams are renewed every few seconds, so that films of seconds
    # show it.
    environ |= {
        "STREAMCART_VAR": str(var),
        "PORT": str(port),
        "GATEWAY_LIMITS": "off",
        "STREAM_SECONDS": STREAM_SECONDS,
        "LEASE_FACTOR": LEASE_FACTOR,
        "DEMO_PICTURES": DEMO_PICTURES,
    }
    log = (var / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "up"], env=environ, stdout=log, stderr=log, start_new_session=True
    )
    try:
        ready = var / "run" / "ready.json"
        until(
            lambda: ready.is_file() or process.poll() is not None,
            START_SECONDS,
            f"the start of the stack (see {log.name})",
        )
        assert process.poll() is None, (var / "up.log").read_text()[-3000:]
        yield _at_start(RunningStack(json.loads(ready.read_text())["url"], port, var, environ))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    """A stranger with an HTTP client at the gateway."""
    with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as client:
        yield client


@pytest.fixture
def sign_in(api: httpx.Client) -> Callable[..., dict[str, str]]:
    """`sign_in("ada@example.com")` -> the header to send."""

    def ask(email: str, password: str = PASSWORD) -> dict[str, str]:
        response = api.post("/auth/v1/tokens", json={"email": email, "password": password})
        assert response.status_code == 200, response.text
        return {"Authorization": f"Bearer {response.json()['access']}"}

    return ask


type Person = tuple[str, dict[str, str]]


@pytest.fixture
def register(stack: RunningStack, api: httpx.Client, sign_in) -> Callable[[], Person]:
    """Makes people who have just registered and confirmed their address: e-mail and header."""

    def make() -> Person:
        email = f"new-{uuid.uuid4().hex[:10]}@example.com"
        body = {"email": email, "password": "a long enough secret", "name": "Nova"}
        assert api.post("/auth/v1/users", json=body).status_code == 202
        token = stack.link_in_mail(email, "Confirm").partition("token=")[2]
        confirmed = api.post("/auth/v1/users/verify-email", json={"token": httpx.URL(f"?t={token}").params["t"]})
        assert confirmed.status_code == 200
        return email, sign_in(email, "a long enough secret")

    return make


@pytest.fixture
def newcomer(register) -> Person:
    """One of them."""
    return register()
