"""What a pod may be and must say."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chart.policies.model import LONG_RUNNING, label, pods, selects
from tests.chart.render import Object

# gunicorn's own (apps/common/gunicorn.py): requests in flight have so long.
GRACEFUL_SECONDS = 30


def restricted(objects: list[Object]) -> Iterator[str]:
    """Pod Security `restricted`, and a read-only root besides.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    for pod in pods(objects):
        security = pod.spec.get("securityContext", {})
        if not security.get("runAsNonRoot") or not security.get("runAsUser"):
            yield f"{pod.name} must run as a numeric user that is not root"
        if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{pod.name} needs the seccomp profile RuntimeDefault"
        if any(pod.spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{pod.name} shares something with its node"
        if any("hostPath" in volume for volume in pod.spec.get("volumes", [])):
            yield f"{pod.name} mounts a folder of its node"
        for container in pod.containers:
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
                yield f"{pod.name}: {container['name']} may gain privileges"
            if own.get("capabilities", {}) != {"drop": ["ALL"]}:
                yield f"{pod.name}: {container['name']} keeps capabilities"
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"{pod.name}: {container['name']} may write to its image"


def bounded(objects: list[Object]) -> Iterator[str]:
    """Requests for CPU and memory, a limit for memory (a limit for CPU would only throttle)."""
    for pod in pods(objects):
        for container in pod.containers:
            resources = container.get("resources", {})
            if {"cpu", "memory"} - set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
                yield f"{pod.name}: {container['name']} lacks a request or the memory limit"
        for volume in pod.spec.get("volumes", []):
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{pod.name}: volume {volume['name']} may fill its node"


def pinned(objects: list[Object]) -> Iterator[str]:
    for pod in pods(objects):
        for container in pod.containers:
            repository, _, tag = container["image"].rpartition(":")
            if "@sha256:" not in container["image"] and (not repository or "/" in tag or tag == "latest"):
                yield f"{pod.name}: {container['name']} runs whatever {container['image']} is today"


def probed(objects: list[Object]) -> Iterator[str]:
    """What serves says when it can; what runs for long says that it lives."""
    for pod in pods(objects):
        if pod.owner["kind"] not in LONG_RUNNING:
            continue
        for container in pod.spec["containers"]:
            serves = any(port["name"] != "metrics" for port in container.get("ports", []))
            needed = ("startupProbe", "livenessProbe", "readinessProbe") if serves else ("livenessProbe",)
            for probe in needed:
                if probe not in container:
                    yield f"{pod.name}: {container['name']} lacks a {probe}"
                    continue
                port = container[probe].get("httpGet", container[probe].get("tcpSocket", {})).get("port")
                if port is not None and port not in pod.ports:
                    yield f"{pod.name}: {container['name']} has no port {port} for its {probe}"


def without_tokens(objects: list[Object]) -> Iterator[str]:
    for pod in pods(objects):
        if pod.spec.get("automountServiceAccountToken") is not False and not pod.metadata.get("annotations", {}).get(
            "streamcart/needs-api"
        ):
            yield f"{pod.name} gets a token and does not say why"
    for item in objects:
        if item["kind"] == "ServiceAccount" and item.get("automountServiceAccountToken") is not False:
            yield f"{label(item)} hands out tokens"


def drained(objects: list[Object]) -> Iterator[str]:
    """A pod stays until requests in flight are served."""
    for pod in pods(objects):
        for container in pod.spec["containers"]:
            if container.get("args") != ["web"]:
                continue
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if not pause:
                yield f"{pod.name} does not wait for gateways to forget it"
            if pod.spec.get("terminationGracePeriodSeconds", 30) <= pause + GRACEFUL_SECONDS:
                yield f"{pod.name} is killed before gunicorn's {GRACEFUL_SECONDS} s are over"


def disruptable(objects: list[Object]) -> Iterator[str]:
    """More than one pod means: spread out, replaced one by one, never all drained at once."""
    budgets = [item for item in objects if item["kind"] == "PodDisruptionBudget"]
    scaled = _scaled(objects)
    for pod in pods(objects):
        spec = pod.owner["spec"]
        key = (pod.namespace, pod.owner["metadata"]["name"])
        if pod.owner["kind"] != "Deployment" or (spec.get("replicas", 1) < 2 and key not in scaled):
            continue
        if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{pod.name} loses pods while it is updated"
        if not pod.spec.get("topologySpreadConstraints"):
            yield f"{pod.name} may have all its pods on one node"
        if not any(
            budget["metadata"]["namespace"] == pod.namespace and selects(budget["spec"]["selector"], pod.labels)
            for budget in budgets
        ):
            yield f"{pod.name} has no disruption budget"


def scaled_by_one(objects: list[Object]) -> Iterator[str]:
    """A Deployment begins with what its autoscaler keeps at least; beat is one at any time."""
    scaled = _scaled(objects)
    for item in objects:
        if item["kind"] != "Deployment":
            continue
        key = (item["metadata"]["namespace"], item["metadata"]["name"])
        if "replicas" not in item["spec"]:
            yield f"{label(item)} has no replicas: an apply that leaves them out would take all pods but one away"
        elif item["spec"]["replicas"] < scaled.get(key, 0):
            yield f"{label(item)} begins with fewer pods than its autoscaler keeps"
        if key[1].endswith("-beat") and (
            item["spec"].get("replicas", 2) > 1 or item["spec"]["strategy"]["type"] != "Recreate"
        ):
            yield f"{label(item)} may run twice"


def _scaled(objects: list[Object]) -> dict[tuple[str, str], int]:
    """Fewest pods that an autoscaler keeps, by the Deployment's namespace and name."""
    return {
        (item["metadata"]["namespace"], item["spec"]["scaleTargetRef"]["name"]): (
            item["spec"]["minReplicas" if item["kind"] == "HorizontalPodAutoscaler" else "minReplicaCount"]
        )
        for item in objects
        if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
    }
