"""`manage.py status`: what runs, in which version, how healthy, how busy and how big. The same as JSON with --json."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from devtools.project import DATA_SERVICES, SERVICES
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment
from devtools.stack.running import hint_at_others, is_running
from devtools.stack.supervisor import PROBLEMS_LOG

REFRESH_SECONDS = 2
LAST_PROBLEMS = 5
MIB = 1024 * 1024


@dataclass(frozen=True)
class ProcessStatus:
    """One supervised process with its children; `memory` is in bytes, what it shares with others counted in parts."""

    name: str
    pid: int
    memory: int
    seconds: float
    restarts: int


@dataclass(frozen=True)
class ServiceStatus:
    """`health` is `ok`, `failing: …` or `no response`; ages are in seconds; events are behind by source."""

    name: str
    version: str
    health: str
    queue_length: int | None = None
    queue_oldest: float | None = None
    events_behind: dict[str, int] = field(default_factory=dict)
    events_lag: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """The whole stack at one moment."""

    url: str
    port: int
    is_running: bool
    processes: list[ProcessStatus]
    services: list[ServiceStatus]
    encodings: dict[str, int]
    open_orders: dict[str, int]
    last_problems: list[str]

    @property
    def memory(self) -> int:
        """Bytes of all processes."""
        return sum(process.memory for process in self.processes)


def status(stack: Stack, *, as_json: bool = False, is_once: bool = False) -> int:
    """Show the stack until Ctrl-C (once at a pipe); returns 0 when everything is healthy, else 1."""
    found = collect(stack)
    if as_json:
        print(json.dumps(asdict(found) | {"memory": found.memory}, indent=2))
    elif not found.is_running:
        print(f"StreamCart is not running at port {stack.port}.{hint_at_others(stack)}")
    elif is_once or not (console := Console()).is_terminal:
        Console(soft_wrap=True).print(render(found))
    else:
        with Live(render(found), console=console, auto_refresh=False) as live:
            while found.is_running:
                time.sleep(REFRESH_SECONDS)
                found = collect(stack)
                live.update(render(found), refresh=True)
    return int(not found.is_running or any(service.health != "ok" for service in found.services))


def collect(stack: Stack) -> Status:
    """Ask everything that runs; what does not respond is reported as such."""
    if not is_running(stack):
        return Status(stack.public_url, stack.port, False, [], [], {}, {}, _last_problems(stack))
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        asked = list(pool.map(lambda service: _ask(stack, service), SERVICES))
    metrics = dict(zip(SERVICES, (values for _, values in asked), strict=True))
    return Status(
        url=stack.public_url,
        port=stack.port,
        is_running=True,
        processes=_processes(stack),
        services=[found for found, _ in asked],
        encodings=_counts(metrics["video"], "streamcart_encodings", "state"),
        open_orders=_counts(metrics["payment"], "streamcart_orders_open", "state"),
        last_problems=_last_problems(stack),
    )


type Samples = dict[str, list[tuple[dict[str, str], float]]]


def _ask(stack: Stack, service: str) -> tuple[ServiceStatus, Samples]:
    samples = _metrics(f"{stack.url_of(service)}/metrics")
    if service in DATA_SERVICES:
        samples |= _metrics(f"http://127.0.0.1:{stack.port_of(f'{service}.background')}/metrics")
    queue = samples.get("streamcart_queue_length", [])
    oldest = samples.get("streamcart_queue_oldest_seconds", [])
    found = ServiceStatus(
        name=service,
        version=service_environment(stack, service).get("VERSION", "dev"),
        health=_health(f"{stack.url_of(service)}/readyz"),
        queue_length=int(queue[0][1]) if queue else None,
        queue_oldest=oldest[0][1] if oldest else None,
        events_behind=_counts(samples, "streamcart_events_behind", "source"),
        events_lag={labels["source"]: value for labels, value in samples.get("streamcart_events_lag_seconds", [])},
    )
    return found, samples


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=3) as response:  # noqa: S310  (an address of this stack)
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def _health(url: str) -> str:
    code, body = _get(url)
    if code == 200:
        return "ok"
    try:
        return "failing: " + ", ".join(json.loads(body)["failing"])
    except (ValueError, KeyError, TypeError):
        return f"returns {code}" if code else "no response"


def _metrics(url: str) -> Samples:
    code, body = _get(url)
    samples: Samples = {}
    if code == 200:
        for family in text_string_to_metric_families(body.decode()):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples


def _counts(samples: Samples, name: str, label: str) -> dict[str, int]:
    return {labels[label]: int(value) for labels, value in samples.get(name, [])}


def _processes(stack: Stack) -> list[ProcessStatus]:
    try:
        children: dict[str, dict[str, Any]] = json.loads((stack.var / "run" / "children.json").read_text())
        supervisor = int((stack.var / "run" / "stack.pid").read_text())
    except (OSError, ValueError):
        return []
    now = time.time()
    rows = []
    for pid, child in [(str(supervisor), {"name": "supervisor", "restarts": 0}), *children.items()]:
        try:
            process = psutil.Process(int(pid))
            members = [process] if child["name"] == "supervisor" else [process, *process.children(recursive=True)]
            memory = sum(_memory(member) for member in members)
            rows.append(ProcessStatus(child["name"], int(pid), memory, now - process.create_time(), child["restarts"]))
        except psutil.NoSuchProcess:
            continue
    return rows


def _memory(process: psutil.Process) -> int:
    """Proportional set size: pages that several processes share are divided among them."""
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", 0) or full.rss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _last_problems(stack: Stack) -> list[str]:
    path = stack.var / "log" / f"{PROBLEMS_LOG}.log"
    try:
        return path.read_text(errors="replace").splitlines()[-LAST_PROBLEMS:]
    except FileNotFoundError:
        return []


def render(found: Status) -> RenderableType:
    """The tables that people see."""
    services = Table(box=None, pad_edge=False, title="", title_justify="left")
    for heading in ("service", "version", "health", "queue", "events behind"):
        services.add_column(heading, header_style="bold")
    for service in found.services:
        queue = "" if service.queue_length is None else str(service.queue_length)
        if service.queue_oldest:
            queue += f" (oldest {service.queue_oldest:.0f} s)"
        behind = ", ".join(
            f"{source} {count}" + (f" ({service.events_lag[source]:.0f} s)" if service.events_lag.get(source) else "")
            for source, count in sorted(service.events_behind.items())
        )
        health = Text(service.health, style="green" if service.health == "ok" else "bold red")
        services.add_row(service.name, service.version, health, queue, behind)
    processes = Table(box=None, pad_edge=False)
    for heading in ("process", "pid", "memory", "up", "restarts"):
        processes.add_column(heading, header_style="bold", justify="left" if heading == "process" else "right")
    for process in found.processes:
        restarts = str(process.restarts or "")
        processes.add_row(
            process.name, str(process.pid), f"{process.memory / MIB:.0f} MiB", _duration(process.seconds), restarts
        )
    processes.add_row("", "", f"{found.memory / MIB:.0f} MiB", "", "")
    work = [
        f"{name}: " + ", ".join(f"{count} {state}" for state, count in states.items())
        for name, states in (("encodings", found.encodings), ("open orders", found.open_orders))
        if states
    ]
    problems = ["last warnings and errors:", *(f"  {line[:160]}" for line in found.last_problems)]
    return Group(
        Text(f"StreamCart at {found.url}\n", style="bold"),
        services,
        Text(),
        processes,
        Text(),
        *map(Text, work),
        *(map(Text, problems) if found.last_problems else ()),
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"
