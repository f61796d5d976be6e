"""Who may speak to whom, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chart.policies.model import Pod, label, namespaces, pods, selects
from tests.chart.render import Object

NAME = "kubernetes.io/metadata.name"
CONTROLLER = "nginx-ingress"
# Besides namespaces.
CLUSTER_KINDS = ("PersistentVolume", "ClusterIssuer", "ClusterImagePolicy", "PriorityClass")


def namespaces_are_restricted(objects: list[Object]) -> Iterator[str]:
    known = namespaces(objects)
    for item in objects:
        if item["kind"] == "Namespace":
            labels = item["metadata"].get("labels", {})
            if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
                yield f"{label(item)} does not enforce Pod Security `restricted`"
        elif item["kind"] not in CLUSTER_KINDS and (item["metadata"].get("namespace") not in known):
            yield f"{label(item)} lies in no namespace of the render"


def denied_by_default(objects: list[Object]) -> Iterator[str]:
    policies = _policies(objects)
    for namespace in namespaces(objects):
        if not any(
            policy["metadata"]["namespace"] == namespace
            and policy["spec"]["podSelector"] == {}
            and set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
            and not policy["spec"].get("ingress")
            and not policy["spec"].get("egress")
            for policy in policies
        ):
            yield f"Namespace {namespace} does not deny by default"
    for pod in pods(objects):
        own = [policy for policy in _selecting(policies, pod) if policy["spec"]["podSelector"]]
        if not own:
            yield f"{pod.name} is forgotten by every policy"


def peers_exist(objects: list[Object]) -> Iterator[str]:
    """A peer in a namespace of ours has pods, and they have the port."""
    known = namespaces(objects)
    for policy in _policies(objects):
        for direction, peer, ports in _rules(policy):
            place = _place(policy, peer)
            if place not in known:
                continue
            there = [pod for pod in pods(objects) if pod.namespace == place and _is_peer(peer, pod)]
            if not there:
                yield f"{label(policy)}: nobody in {place} is meant by {peer}"
                if direction == "egress":
                    continue
            receivers = there if direction == "egress" else _chosen(objects, policy)
            for port in ports:
                if isinstance(port, str) and not any(port in pod.ports for pod in receivers):
                    yield f"{label(policy)}: nobody has the port {port}"


def both_sides_agree(objects: list[Object]) -> Iterator[str]:
    """What one side lets out, the other lets in, and the other way round."""
    known = namespaces(objects)
    flows: dict[str, set[tuple[str, str]]] = {"egress": set(), "ingress": set()}
    for policy in _policies(objects):
        for direction, peer, _ in _rules(policy):
            place = _place(policy, peer)
            if place not in known:
                continue
            for here in _chosen(objects, policy):
                for there in pods(objects):
                    if there.namespace == place and _is_peer(peer, there):
                        pair = (here.name, there.name) if direction == "egress" else (there.name, here.name)
                        flows[direction].add(pair)
    for caller, called in sorted(flows["egress"] - flows["ingress"]):
        yield f"{caller} may call {called}, which does not let it in"
    for caller, called in sorted(flows["ingress"] - flows["egress"]):
        yield f"{called} lets {caller} in, which may not call it"


def names_resolve_on_every_node(objects: list[Object]) -> Iterator[str]:
    """The cluster's DNS, and the cache on a node that may reply in its place.

    AKS LocalDNS: https://learn.microsoft.com/azure/aks/localdns-custom
    """
    wanted = {"169.254.10.10/32", "169.254.10.11/32"}
    policies = _policies(objects)
    for namespace in namespaces(objects):
        asked = [
            peer
            for policy in policies
            if policy["metadata"]["namespace"] == namespace and policy["spec"]["podSelector"] == {}
            for direction, peer, ports in _rules(policy)
            if direction == "egress" and ports == [53, 53]
        ]
        if wanted - {peer["ipBlock"]["cidr"] for peer in asked if "ipBlock" in peer}:
            yield f"Namespace {namespace} cannot ask the node's cache for names"
        if not any(_place_of(peer) == "kube-system" for peer in asked):
            yield f"Namespace {namespace} cannot ask the cluster's DNS"


def challenges_reach_the_solver(objects: list[Object]) -> Iterator[str]:
    """Where an authority asks by HTTP for proof, it reaches cert-manager's pods through the ingress controller.

    cert-manager: https://cert-manager.io/docs/configuration/acme/http01/
    """
    label_of_solvers = {"acme.cert-manager.io/http01-solver": "true"}
    annotation = "cert-manager.io/cluster-issuer"
    hosts = [item for item in objects if annotation in item["metadata"].get("annotations", {})]
    for item in hosts:
        namespace = item["metadata"]["namespace"]
        let_in = [
            ports
            for policy in _policies(objects)
            if policy["metadata"]["namespace"] == namespace and selects(policy["spec"]["podSelector"], label_of_solvers)
            for direction, peer, ports in _rules(policy)
            if direction == "ingress" and _place_of(peer) == CONTROLLER
        ]
        if [8089] not in let_in:
            yield f"{label(item)}: nothing lets {CONTROLLER} reach the pods that solve a challenge"
        is_master = item["metadata"]["annotations"].get("nginx.org/mergeable-ingress-type") == "master"
        if is_master and item["metadata"]["annotations"].get("cert-manager.io/issue-temporary-certificate") != "true":
            yield f"{label(item)}: NGINX refuses the handshake to which the challenge is redirected"


def rules_name_peers(objects: list[Object]) -> Iterator[str]:
    """A rule without a peer, or with an empty list of them, is a rule for everybody.

    One is meant so: the cluster's API has no pods to choose.
    """
    for policy in _policies(objects):
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction) or []:
                if not rule.get(side) and policy["metadata"]["name"] != "secret-generator-out":
                    yield f"{label(policy)}: a rule of {direction} names nobody and so means everybody"


def _policies(objects: list[Object]) -> list[Object]:
    return [item for item in objects if item["kind"] == "NetworkPolicy"]


def _selecting(policies: list[Object], pod: Pod) -> list[Object]:
    return [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace and selects(policy["spec"]["podSelector"], pod.labels)
    ]


def _chosen(objects: list[Object], policy: Object) -> list[Pod]:
    return [pod for pod in pods(objects) if _selecting([policy], pod)]


def _rules(policy: Object) -> Iterator[tuple[str, dict[str, Any], list[int | str]]]:
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for rule in policy["spec"].get(direction) or []:
            for peer in rule.get(side) or []:
                yield direction, peer, [port["port"] for port in rule.get("ports", [])]


def _place(policy: Object, peer: dict[str, Any]) -> str | None:
    """Namespace of a peer; None for addresses."""
    if "ipBlock" in peer:
        return None
    if "namespaceSelector" in peer:
        return peer["namespaceSelector"]["matchLabels"][NAME]
    return policy["metadata"]["namespace"]


def _place_of(peer: dict[str, Any]) -> str | None:
    """Namespace that a peer names itself."""
    return peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAME)


def _is_peer(peer: dict[str, Any], pod: Pod) -> bool:
    return selects(peer.get("podSelector", {}), pod.labels)
