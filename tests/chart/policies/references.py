"""Whatever is named is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chart.policies.model import Pod, config_maps, label, pods, secrets, selects
from tests.chart.render import Object


def selectors_match(objects: list[Object]) -> Iterator[str]:
    """A workload selects its own pods and nobody else's."""
    owned = [pod for pod in pods(objects) if "selector" in pod.owner.get("spec", {})]
    for pod in owned:
        selector = pod.owner["spec"]["selector"]
        if not selects(selector, pod.labels):
            yield f"{pod.name} does not select its own pods"
        for other in pods(objects):
            is_other = other.owner is not pod.owner and other.namespace == pod.namespace
            if is_other and selects(selector, other.labels):
                yield f"{pod.name} also selects the pods of {other.name}"


def services_have_pods(objects: list[Object]) -> Iterator[str]:
    for item in objects:
        if item["kind"] != "Service":
            continue
        chosen = _chosen(objects, item["metadata"]["namespace"], {"matchLabels": item["spec"]["selector"]})
        if len(chosen) != 1:
            yield f"{label(item)} has pods of {len(chosen)} workloads"
        for port in item["spec"]["ports"]:
            for pod in chosen:
                if port["targetPort"] not in pod.ports and port["targetPort"] not in pod.ports.values():
                    yield f"{label(item)}: {pod.name} has no port {port['targetPort']}"


def names_resolve(objects: list[Object]) -> Iterator[str]:
    """ConfigMaps, Secrets and their keys, claims, accounts."""
    maps, keys = config_maps(objects), secrets(objects)
    there = {(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in objects}
    for pod in pods(objects):
        account = pod.spec.get("serviceAccountName", "default")
        if ("ServiceAccount", pod.namespace, account) not in there:
            yield f"{pod.name}: there is no ServiceAccount {account}"
        for volume in pod.spec.get("volumes", []):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and ("PersistentVolumeClaim", pod.namespace, claim) not in there:
                yield f"{pod.name}: there is no claim {claim}"
            config = volume.get("configMap", {}).get("name")
            if config and (pod.namespace, config) not in maps:
                yield f"{pod.name}: there is no ConfigMap {config}"
        for container in pod.containers:
            yield from _mounts(pod, container, maps)
            yield from _sources(pod, container, maps, keys)


def _mounts(pod: Pod, container: dict[str, Any], maps: dict) -> Iterator[str]:
    volumes = {volume["name"]: volume for volume in pod.spec.get("volumes", [])}
    volumes |= {claim["metadata"]["name"]: {} for claim in pod.owner["spec"].get("volumeClaimTemplates", [])}
    for mount in container.get("volumeMounts", []):
        if mount["name"] not in volumes:
            yield f"{pod.name}: {container['name']} mounts {mount['name']}, which is no volume"
            continue
        config = volumes[mount["name"]].get("configMap", {}).get("name")
        if config and "subPath" in mount and mount["subPath"] not in maps.get((pod.namespace, config), {}):
            yield f"{pod.name}: ConfigMap {config} has no {mount['subPath']}"


def _sources(pod: Pod, container: dict[str, Any], maps: dict, keys: dict) -> Iterator[str]:
    where = f"{pod.name}: {container['name']}"
    for source in container.get("envFrom", []):
        if "configMapRef" in source and (pod.namespace, source["configMapRef"]["name"]) not in maps:
            yield f"{where}: there is no ConfigMap {source['configMapRef']['name']}"
        if "secretRef" in source and (pod.namespace, source["secretRef"]["name"]) not in keys:
            yield f"{where}: nobody makes the Secret {source['secretRef']['name']}"
    for variable in container.get("env", []):
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if reference and reference["key"] not in keys.get((pod.namespace, reference["name"]), set()):
            yield f"{where}: the Secret {reference['name']} has no {reference['key']}"


def targets_exist(objects: list[Object]) -> Iterator[str]:
    """Backends of routes, targets of autoscalers, what monitors and budgets choose."""
    services = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item for item in objects if item["kind"] == "Service"
    }
    deployments = {
        (item["metadata"]["namespace"], item["metadata"]["name"]) for item in objects if item["kind"] == "Deployment"
    }
    for item in objects:
        namespace = item["metadata"].get("namespace", "")
        if item["kind"] in ("Ingress", "HTTPRoute"):
            for name, port in _backends(item):
                ports = services.get((namespace, name), {"spec": {"ports": []}})["spec"]["ports"]
                if not any(port in (entry["name"], entry["port"]) for entry in ports):
                    yield f"{label(item)}: there is no Service {name} with port {port}"
        if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
            target = item["spec"]["scaleTargetRef"]["name"]
            if (namespace, target) not in deployments:
                yield f"{label(item)}: there is no Deployment {target}"
        if item["kind"] in ("PodDisruptionBudget", "PodMonitor"):
            chosen = _chosen(objects, namespace, item["spec"]["selector"])
            if not chosen:
                yield f"{label(item)} chooses no pod"
            for endpoint in item["spec"].get("podMetricsEndpoints", []):
                if any(endpoint["port"] not in pod.ports for pod in chosen):
                    yield f"{label(item)}: a pod has no port {endpoint['port']}"
        if item["kind"] == "ServiceMonitor":
            matching = [
                service
                for (place, _), service in services.items()
                if place == namespace and selects(item["spec"]["selector"], service["metadata"]["labels"])
            ]
            wanted = {endpoint["port"] for endpoint in item["spec"]["endpoints"]}
            if not matching or any(wanted - {port["name"] for port in s["spec"]["ports"]} for s in matching):
                yield f"{label(item)} finds no Service with its port"


def _backends(item: Object) -> Iterator[tuple[str, int | str]]:
    for rule in item["spec"]["rules"]:
        for path in rule.get("http", {}).get("paths", []):
            service = path["backend"]["service"]
            yield service["name"], service["port"].get("name") or service["port"]["number"]
        for backend in rule.get("backendRefs", []):
            yield backend["name"], backend["port"]


def _chosen(objects: list[Object], namespace: str, selector: dict[str, Any]) -> list[Pod]:
    return [pod for pod in pods(objects) if pod.namespace == namespace and selects(selector, pod.labels)]
