"""Looking into rendered objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.chart.render import Object

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod")
LONG_RUNNING = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True)
class Pod:
    """What a workload starts."""

    owner: Object
    metadata: dict[str, Any]
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.owner['kind']} {self.namespace}/{self.owner['metadata']['name']}"

    @property
    def namespace(self) -> str:
        return self.owner["metadata"]["namespace"]

    @property
    def labels(self) -> dict[str, str]:
        return self.metadata.get("labels", {})

    @property
    def containers(self) -> list[dict[str, Any]]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> dict[str, int]:
        sidecars = [found for found in self.spec.get("initContainers", []) if found.get("restartPolicy") == "Always"]
        running = [*sidecars, *self.spec["containers"]]
        named = (port for container in running for port in container.get("ports", []))
        return {port["name"]: port["containerPort"] for port in named}


def pods(objects: list[Object]) -> Iterator[Pod]:
    for item in objects:
        if item["kind"] not in WORKLOADS:
            continue
        template = item
        if item["kind"] != "Pod":
            spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
            template = spec["template"]
        yield Pod(item, template["metadata"], template["spec"])


def label(item: Object) -> str:
    metadata = item["metadata"]
    return f"{item['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Kubernetes' label selectors; an empty one selects everything."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", []):
        is_in = labels.get(expression["key"]) in expression.get("values", [])
        if expression["operator"] != "In":
            raise ValueError(f"The chart has no need for the operator {expression['operator']}.")
        if not is_in:
            return False
    return True


def namespaces(objects: list[Object]) -> set[str]:
    return {item["metadata"]["name"] for item in objects if item["kind"] == "Namespace"}


def config_maps(objects: list[Object]) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item.get("data", {})
        for item in objects
        if item["kind"] == "ConfigMap"
    }


def secrets(objects: list[Object]) -> dict[tuple[str, str], set[str]]:
    """Keys of every Secret that will be there: of External Secrets, or made by the secret generator."""
    found: dict[tuple[str, str], set[str]] = {}
    for item in objects:
        metadata = item["metadata"]
        if item["kind"] == "ExternalSecret":
            keys = {entry["secretKey"] for entry in item["spec"]["data"]}
            found[metadata["namespace"], item["spec"]["target"]["name"]] = keys
        if metadata.get("labels", {}).get("streamcart/generates-secrets") == "true":
            for namespace, table in json.loads(item["data"]["secrets.json"]).items():
                found |= {(namespace, name): set(names) for name, names in table.items()}
    return found
