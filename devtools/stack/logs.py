"""`manage.py logs`: the logs of the running stack, as `tail` follows them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.stack.config import Stack


def follow_logs(stack: Stack, names: list[str], *, lines: int) -> int:
    """Show the last `lines` of each log and what comes, until Ctrl-C; no names stand for all.

    Raises DevToolsError when a name fits no log.
    """
    folder = stack.var / "log"
    known = sorted(folder.glob("*.log"))
    if not known:
        raise DevToolsError(f"There are no logs in {folder} yet. Start StreamCart with `make up`.")
    chosen = _chosen(known, names)
    tail = shutil.which("tail")
    if tail is None:
        raise DevToolsError(f"The program `tail` is missing; the logs are in {folder}.")
    return subprocess.run([tail, "-n", str(lines), "-F", *map(str, chosen)], check=False).returncode


def _chosen(known: list[Path], names: list[str]) -> list[Path]:
    chosen = []
    for name in names:
        found = [path for path in known if path.stem == name or path.stem.startswith(f"{name}.")]
        if not found:
            raise DevToolsError(f"There is no log of {name}. Choose from: {', '.join(path.stem for path in known)}.")
        chosen += found
    return chosen or known
