"""Every variable that a service reads without a default is set, and none is set that nobody reads."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from devtools.project import ROOT
from tests.chart.policies.model import Pod, config_maps, pods, secrets
from tests.chart.render import Object

USE = re.compile(r"\$\(([A-Z_]+)\)")


@functools.cache
def documented() -> dict[str, dict[str, bool]]:
    """Variables by service (`""` for all), each with whether it must be set: the tables of docs/configuration.md."""
    found: dict[str, dict[str, bool]] = {}
    for line in (ROOT / "docs" / "configuration.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`([A-Z][A-Z0-9_]+)`", cells[0])
        if not line.startswith("|") or not names:
            continue
        services, default = (re.findall(r"\w+", cells[1]), cells[2]) if len(cells) == 4 else ([""], cells[1])
        for name in names:
            for service in services:
                found.setdefault(service, {})[name] = default.startswith("required")
    return found


def complete(objects: list[Object]) -> Iterator[str]:
    for pod, service, container, given in _ours(objects):
        needed = {name for table in ("", service) for name, must in documented().get(table, {}).items() if must}
        if service == "ui":
            needed.discard("DATABASE_URL")
        for name in sorted(needed - given):
            yield f"{pod.name}: {container} lacks {name}"


def known(objects: list[Object]) -> Iterator[str]:
    for pod, service, container, given in _ours(objects):
        readable = set(documented()[""]) | set(documented().get(service, {}))
        for name in sorted(given - readable - _parts(pod)):
            yield f"{pod.name}: {container} gets {name}, which {service} does not read"


def _ours(objects: list[Object]) -> Iterator[tuple[Pod, str, str, set[str]]]:
    """Containers that run a service of ours, with the names of their variables."""
    maps, keys = config_maps(objects), secrets(objects)
    for pod in pods(objects):
        for container in pod.containers:
            command = container.get("command", [])
            if command[:2] != ["python", "manage.py"]:
                continue
            given = {variable["name"] for variable in container.get("env", [])}
            for source in container.get("envFrom", []):
                if "configMapRef" in source:
                    given |= set(maps.get((pod.namespace, source["configMapRef"]["name"]), {}))
                if "secretRef" in source:
                    given |= keys.get((pod.namespace, source["secretRef"]["name"]), set())
            yield pod, command[2], container["name"], given


def _parts(pod: Pod) -> set[str]:
    """Variables that only stand inside others: `$(DATABASE_PASSWORD)`."""
    values = (variable.get("value", "") for container in pod.containers for variable in container.get("env", []))
    return {name for value in values for name in USE.findall(value)}
