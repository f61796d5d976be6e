"""Which stacks run on this machine, and where."""

from __future__ import annotations

import fcntl
from pathlib import Path

import psutil

from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.stack.config import DEFAULT_PORT, Stack


def pid_file(stack: Stack) -> Path:
    """The file that a running supervisor keeps locked; it holds its process id."""
    return stack.folder("run") / "stack.pid"


def is_running(stack: Stack) -> bool:
    """Whether a supervisor holds the stack's folder."""
    return _is_locked(stack.var / "run" / "stack.pid")


def holder_of(stack: Stack) -> int | None:
    """The process id of that supervisor. None in the moments of a start when the file does not hold it yet.

    Raises DevToolsError when it is another user's.
    """
    path = pid_file(stack)
    try:
        pid = int(path.read_text())
        opened = [Path(file.path) for file in psutil.Process(pid).open_files()]
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    except psutil.AccessDenied:
        raise DevToolsError(f"StreamCart runs as another user (process {pid}): stop it as that user.") from None
    # A number that an earlier supervisor left may belong to a stranger by now.
    return pid if path.resolve() in opened else None


def other_ports(stack: Stack) -> list[int]:
    """Ports of the stacks that run below this repository's var/ beside this one."""
    folders = {DEFAULT_PORT: ROOT / "var"} | {
        int(folder.name.removeprefix("port-")): folder
        for folder in (ROOT / "var").glob("port-*")
        if folder.name.removeprefix("port-").isdigit()
    }
    return [
        port
        for port, folder in sorted(folders.items())
        if port != stack.port and _is_locked(folder / "run" / "stack.pid")
    ]


def hint_at_others(stack: Stack) -> str:
    """A sentence, with a blank before it, about stacks at other ports; empty when there are none."""
    ports = other_ports(stack)
    if not ports:
        return ""
    commands = " or ".join(f"PORT={port}" if port != DEFAULT_PORT else "no PORT" for port in ports)
    return f" One runs at {', '.join(map(str, ports))}: give {commands} to this command."


def _is_locked(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
