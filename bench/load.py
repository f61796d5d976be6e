"""Asking: many at once with wrk for rates, one after the other for times."""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
SECONDS = 3
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}
SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", paths[(asked - 1) %% #paths + 1])
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests a second, and milliseconds that half and all but one in a hundred took."""

    rate: float
    p50: float
    p99: float


def load(
    url: str, paths: Iterable[str], *, connections: int = CONNECTIONS, seconds: int = SECONDS, cookie: str = ""
) -> Load:
    """Ask for these paths in turn, over kept-alive connections. Raises SystemExit when any response is no success."""
    with tempfile.TemporaryDirectory() as folder:
        names, script = Path(folder, "paths"), Path(folder, "ask.lua")
        names.write_text("\n".join(paths))
        script.write_text(SCRIPT % names)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
        command += ["-H", f"Cookie: {cookie}"] if cookie else []
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"Some responses were no success:\n{output}")
    taken = re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE)
    milliseconds = {percent: float(value) * MILLISECONDS[unit] for percent, value, unit in taken}
    return Load(
        float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), p50=milliseconds["50"], p99=milliseconds["99"]
    )


def rate(url: str, paths: Iterable[str], *, seconds: int = SECONDS) -> float:
    """Requests a second over these paths, in turn."""
    return load(url, paths, seconds=seconds).rate


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
