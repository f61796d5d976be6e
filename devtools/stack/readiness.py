"""Whether the parts of a stack do their work, seen from outside: what a start waits for before it says "ready"."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from devtools.errors import DevToolsError
from devtools.project import LOCAL_ROLES
from devtools.stack.config import Stack
from devtools.stack.supervisor import Stopped, Supervisor

# For a process that hangs; one that fails is noticed at once (MAX_RESTARTS). Busy machines are slow.
READY_SECONDS = 300
# A process that ended so often during the start is not waited for any longer.
MAX_RESTARTS = 4
LAST_LINES = 5


@dataclass(frozen=True)
class Part:
    """A process, and the address that responds once it works; `host` is the name it is asked by."""

    process: str
    url: str
    host: str = ""

    def is_ready(self) -> bool:
        headers = {"Host": self.host} if self.host else {}
        request = urllib.request.Request(self.url, headers=headers)  # noqa: S310  (an own address)
        try:
            with urllib.request.urlopen(request, timeout=2) as response:  # noqa: S310  (an own address)
                return response.status == 200
        except (OSError, HTTPException):
            return False


def web_parts(stack: Stack) -> list[Part]:
    """Each service by its own address."""
    return [Part(f"{service}.web", f"{stack.url_of(service)}/readyz") for service in LOCAL_ROLES]


def gateway_part(stack: Stack) -> Part:
    """The storefront by the name that shoppers type: a page that asks no other service and is kept in no cache."""
    return Part("gateway", f"http://127.0.0.1:{stack.port}/about", urlsplit(stack.public_url).netloc)


def background_parts(stack: Stack) -> list[Part]:
    """The worker serves its metrics from when it has reached Redis or Valkey."""
    return [
        Part(f"{service}.background", f"http://127.0.0.1:{stack.port_of(f'{service}.background')}/metrics")
        for service, roles in LOCAL_ROLES.items()
        if "background" in roles
    ]


def wait_until_ready(parts: Sequence[Part], supervisor: Supervisor, *, seconds: float = READY_SECONDS) -> None:
    """Return when all are ready. Raises DevToolsError with the last lines of what fails, and Stopped."""
    ends_at = time.monotonic() + seconds
    waiting = list(parts)
    while waiting := [part for part in waiting if not part.is_ready()]:
        if supervisor.is_stopping:
            raise Stopped
        for part in waiting:
            process = supervisor.processes.get(part.process)
            if process is not None and process.restarts >= MAX_RESTARTS:
                raise DevToolsError(f"{part.process} ends as soon as it is started{_last_lines(supervisor, [part])}")
        if time.monotonic() > ends_at:
            names = ", ".join(part.process for part in waiting)
            raise DevToolsError(f"{names} did not become ready in time{_last_lines(supervisor, waiting)}")
        time.sleep(0.1)


def _last_lines(supervisor: Supervisor, parts: Sequence[Part]) -> str:
    """The end of a sentence about these parts: where their logs are, and the last lines of each."""
    found = []
    for part in parts:
        path = supervisor.log_folder / f"{part.process}.log"
        found += [f"  {part.process}: {line[:300]}" for line in _lines(path)[-LAST_LINES:]]
    where = f" ({supervisor.log_folder} has the logs)"
    return f"{where}. Last lines:\n" + "\n".join(found) if found else f"{where}."


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
