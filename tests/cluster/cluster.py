"""A cluster as these tests use it: kubectl and Helm as anybody would type them, and waiting for conditions."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import time
import types
import urllib.error
from collections.abc import Callable, Iterable
from typing import Any

import yaml

from devtools.checks.chart_schema import CHART
from devtools.tools import helm as helm_program
from devtools.tools import kubectl as kubectl_program
from tests.chart.render import Object

NAMESPACES = ("frontend", "catalog", "auth", "payment", "video", "redis")
PART_OF = "app.kubernetes.io/part-of=streamcart"
# Says that everything of a shop in this cluster is these tests' to delete.
MARK = ("kube-system", "streamcart-cluster-tests")
# What an uninstall keeps on purpose: data, and the passwords that open it.
KEPT = {"Namespace", "PersistentVolumeClaim", "PersistentVolume", "Secret"}


class Failed(AssertionError):
    """A program said no; carries what it printed."""


def kubectl(*arguments: str, stdin: str | None = None, check: bool = True) -> str:
    """What it prints. Raises Failed with its error."""
    run = subprocess.run(
        [str(kubectl_program()), *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=300
    )
    if check and run.returncode:
        raise Failed(f"kubectl {' '.join(arguments)}: {run.stderr}")
    return run.stdout if run.returncode == 0 else run.stderr


def helm(*arguments: str, check: bool = True) -> str:
    """What it prints. Raises Failed with its error."""
    run = subprocess.run([str(helm_program()), *arguments], capture_output=True, text=True, check=False, timeout=600)
    if check and run.returncode:
        raise Failed(f"helm {' '.join(arguments)}: {run.stderr}")
    return run.stdout if run.returncode == 0 else run.stderr


def release(verb: str, environment: str, *settings: str, name: str = "streamcart", check: bool = True) -> str:
    """`helm install` or `helm upgrade` of the chart with an environment's values; a setting may be a flag of Helm's."""
    arguments = [
        verb,
        name,
        str(CHART),
        "--namespace",
        "default",
        "--values",
        str(CHART / f"values-{environment}.yaml"),
    ]
    for setting in settings:
        arguments += [setting] if setting.startswith("--") else ["--set", setting]
    return helm(*arguments, check=check)


def tags(tag: str, *services: str) -> list[str]:
    """Settings that give services (all when none is named) this tag."""
    return [f"{service}.image.tag={tag}" for service in services or ("ui", "catalog", "auth", "payment", "video")]


def find(kind: str, name: str, namespace: str = "") -> Object | None:
    """The object, or None."""
    place = ["--namespace", namespace] if namespace else []
    text = kubectl("get", kind, name, *place, "--ignore-not-found", "--output=json")
    return json.loads(text) if text.strip() else None


def get(kind: str, name: str, namespace: str = "") -> Object:
    found = find(kind, name, namespace)
    assert found, f"there is no {kind} {namespace}/{name}"
    return found


def listed(kinds: str, *, selector: str = PART_OF, namespace: str = "") -> list[Object]:
    """Objects of these kinds, of all namespaces unless one is named."""
    place = ["--namespace", namespace] if namespace else ["--all-namespaces"]
    return json.loads(kubectl("get", kinds, *place, "--selector", selector, "--output=json"))["items"]


def wait_for[T](look: Callable[[], T], what: str, seconds: float = 240) -> T:
    """The first true value that `look` returns. Raises AssertionError when it takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}\n{troubles()}"
        time.sleep(0.5)


def troubles() -> str:
    """What the cluster itself says is wrong: pods that do not run, and refusals."""
    lines = [
        f"{item['metadata']['namespace']}/{item['metadata']['name']}: {item['status'].get('phase')}"
        f" {item['status'].get('reason', '')} {item['status'].get('message', '')}"
        for item in listed("pods")
        if item["status"].get("phase") not in ("Running", "Succeeded")
    ]
    events = kubectl("get", "events", "--all-namespaces", "--field-selector=type=Warning", check=False).splitlines()
    return "\n".join([*lines[:20], *events[-15:]])


def unavailable(namespaces: Iterable[str] = NAMESPACES) -> list[str]:
    """Deployments and StatefulSets that do not run all their pods at their newest revision."""
    missing = []
    for item in listed("deployments,statefulsets"):
        spec, status, metadata = item["spec"], item.get("status", {}), item["metadata"]
        wanted = spec.get("replicas", 1)
        counts = {
            status.get("readyReplicas", 0),
            status.get("updatedReplicas", status.get("currentReplicas", 0)),
            status.get("replicas", 0),
        }
        if metadata["namespace"] in namespaces and (
            counts != {wanted} or status.get("observedGeneration") != metadata["generation"]
        ):
            missing.append(f"{item['kind']} {metadata['namespace']}/{metadata['name']}")
    return missing


def wait_until_available(namespaces: Iterable[str] = NAMESPACES) -> None:
    wait_for(lambda: not unavailable(namespaces), f"all pods ready in {', '.join(namespaces)}")


def images(namespace: str, component: str) -> set[str]:
    """Images of the pods of a component that are not on their way out."""
    pods = listed("pods", selector=f"{PART_OF},app.kubernetes.io/component={component}", namespace=namespace)
    return {
        container["image"]
        for item in pods
        if "deletionTimestamp" not in item["metadata"]
        for container in item["spec"]["containers"]
    }


def ready_pods(namespace: str, component: str) -> list[Object]:
    pods = listed("pods", selector=f"{PART_OF},app.kubernetes.io/component={component}", namespace=namespace)
    return [
        item
        for item in pods
        if any(c["type"] == "Ready" and c["status"] == "True" for c in item["status"].get("conditions", []))
    ]


def generate_secrets() -> None:
    """Run the script of the Job `secret-generator` from here, with its ServiceAccount's token, which tests its rights.

    It changes nothing where the Job has done it already.
    """
    data = wait_for(lambda: find("configmap", "secret-generator", "auth"), "the ConfigMap secret-generator")["data"]
    token = kubectl("create", "token", "secret-generator", "--namespace", "auth").strip()
    config = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
    server = config["clusters"][0]["cluster"]
    authority = base64.b64decode(server["certificate-authority-data"]).decode()
    generator = types.ModuleType("generate_secrets")
    exec(compile(data["generate_secrets.py"], "generate_secrets.py", "exec"), generator.__dict__)  # noqa: S102  (the chart's own)
    api = generator.Api(server["server"], token, ssl.create_default_context(cadata=authority))

    def has_run() -> bool:
        try:
            generator.generate(api, json.loads(data["secrets.json"]))
        except urllib.error.HTTPError:
            # A namespace or a role that another Application has yet to make; the Job tries again as well.
            return False
        return True

    wait_for(has_run, "roles in every namespace for the secret generator")


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """Maps laid upon each other, the later ones above."""
    result: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            below = result.get(key)
            result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def sweep() -> None:
    """Take everything of a shop away, data included."""
    helm("uninstall", "streamcart", "--namespace", "default", "--ignore-not-found", "--wait", check=False)
    kubectl("delete", "namespace", *NAMESPACES, "--ignore-not-found", "--wait=false")
    kubectl("delete", "persistentvolume,priorityclass", "--selector", PART_OF, "--ignore-not-found", "--wait=false")
    wait_for(
        lambda: not [name for name in NAMESPACES if find("namespace", name)], "the shop's namespaces are deleted", 300
    )
