"""Asking: many at once with wrk for rates, one after the other for times."""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
SECONDS = 3
SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", paths[(asked - 1) %% #paths + 1])
end
"""


def rate(url: str, paths: Iterable[str], *, seconds: int = SECONDS) -> float:
    """Requests a second over these paths, in turn. Raises SystemExit when any response is no success."""
    with tempfile.TemporaryDirectory() as folder:
        names, script = Path(folder, "paths"), Path(folder, "ask.lua")
        names.write_text("\n".join(paths))
        script.write_text(SCRIPT % names)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"Some responses were no success:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def times(url: str, paths: Iterable[str]) -> list[float]:
    """Seconds for each path, one after the other on one connection."""
    link = http.client.HTTPConnection(urlsplit(url).netloc)
    taken = []
    for path in paths:
        started = time.perf_counter()
        link.request("GET", path)
        response = link.getresponse()
        response.read()
        taken.append(time.perf_counter() - started)
        if response.status != http.client.OK:
            raise SystemExit(f"{path} returned {response.status}.")
    link.close()
    return taken


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
