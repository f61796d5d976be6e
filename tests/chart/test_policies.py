"""The rendered objects keep every policy, and every policy catches what it is for."""

from __future__ import annotations

import copy
import itertools

import pytest

from tests.chart.policies import POLICIES, violations
from tests.chart.policies.environment import documented
from tests.chart.render import ENVIRONMENTS, FLAVORS, Object, find, of_kind, render

RESTORING = ("catalog.backup.restore=catalog-20260101T000000Z.dump",)
EVERYTHING = (
    "global.monitoring.enabled=true",
    "global.defaults.web.autoscaling.enabled=true",
    "global.defaults.worker.autoscaling.enabled=true",
)


@pytest.mark.parametrize(("environment", "flavor"), list(itertools.product(ENVIRONMENTS, FLAVORS)))
def test_every_render_keeps_every_policy(environment, flavor):
    assert violations(render(environment, flavor=flavor)) == []


ELSEWHERE = (
    "global.secrets.source=external",
    "global.redis.external.host=redis.example.com",
    "global.network.redisCidrs={10.1.0.0/24}",
    "global.defaults.postgres.external.host=db.example.com",
    "global.defaults.postgres.external.cidrs={10.2.0.0/28}",
    "global.defaults.postgres.external.administrator.user=admin",
    "global.defaults.postgres.external.administrator.secretName=database-administrator-password",
)


@pytest.mark.parametrize("settings", [EVERYTHING, ELSEWHERE], ids=["everything", "elsewhere"])
def test_rare_renders_keep_every_policy(settings):
    assert violations(render(settings=settings)) == []


def test_policies_miss_only_the_stopped_pods_during_a_restore():
    """Services and policies stay, whose pods are away; everything else holds."""
    sentences = violations(render(settings=RESTORING))
    assert sentences
    for sentence in sentences:
        is_missed = sentence.startswith("services_have_pods: Service catalog/catalog ")
        # Those who call it, and it itself.
        is_missed |= sentence.startswith("peers_exist: ") and ("catalog" in sentence or "port http" in sentence)
        assert is_missed, sentence


def web(objects: list[Object]) -> Object:
    return find(objects, "Deployment", "catalog-web")


def pod(objects: list[Object]) -> dict:
    return web(objects)["spec"]["template"]["spec"]


def container(objects: list[Object]) -> dict:
    return pod(objects)["containers"][0]


def policy(objects: list[Object], name: str, namespace: str) -> Object:
    [found] = [
        item
        for item in of_kind(objects, "NetworkPolicy")
        if item["metadata"]["name"] == name and item["metadata"]["namespace"] == namespace
    ]
    return found


def first_peer(policy: Object) -> dict:
    return policy["spec"]["egress"][0]["to"][0]


def without(objects: list[Object], kind: str, name: str) -> None:
    objects.remove(find(objects, kind, name))


CERTIFIED = ("global.routing.tls.clusterIssuer=letsencrypt",)
CHANGES = [
    ("restricted", lambda o: pod(o)["securityContext"].update(runAsUser=0), "numeric user"),
    ("restricted", lambda o: pod(o)["securityContext"].pop("seccompProfile"), "seccomp"),
    ("restricted", lambda o: pod(o).update(hostNetwork=True), "shares something"),
    ("restricted", lambda o: pod(o)["volumes"].append({"name": "x", "hostPath": {"path": "/"}}), "folder of its node"),
    ("restricted", lambda o: container(o)["securityContext"].update(allowPrivilegeEscalation=True), "privileges"),
    ("restricted", lambda o: container(o)["securityContext"]["capabilities"].update(add=["X"]), "capabilities"),
    ("restricted", lambda o: container(o)["securityContext"].pop("readOnlyRootFilesystem"), "write to its image"),
    ("bounded", lambda o: container(o)["resources"]["limits"].pop("memory"), "memory limit"),
    ("bounded", lambda o: pod(o)["volumes"][0]["emptyDir"].pop("sizeLimit"), "fill its node"),
    ("pinned", lambda o: container(o).update(image="shop.example:5000/catalog"), "is today"),
    ("pinned", lambda o: container(o).update(image="catalog:latest"), "is today"),
    ("probed", lambda o: container(o).pop("readinessProbe"), "lacks a readinessProbe"),
    ("probed", lambda o: container(o)["livenessProbe"]["httpGet"].update(port="htpp"), "no port htpp"),
    ("without_tokens", lambda o: pod(o).pop("automountServiceAccountToken"), "does not say why"),
    (
        "without_tokens",
        lambda o: find(o, "ServiceAccount", "catalog").update(automountServiceAccountToken=True),
        "hands out tokens",
    ),
    ("drained", lambda o: container(o).pop("lifecycle"), "gateways to forget"),
    ("drained", lambda o: pod(o).update(terminationGracePeriodSeconds=30), "killed before"),
    ("disruptable", lambda o: without(o, "PodDisruptionBudget", "catalog-web"), "no disruption budget"),
    ("disruptable", lambda o: pod(o).pop("topologySpreadConstraints"), "on one node"),
    ("disruptable", lambda o: web(o)["spec"]["strategy"].pop("rollingUpdate"), "while it is updated"),
    ("scaled_by_one", lambda o: web(o)["spec"].pop("replicas"), "no replicas"),
    ("scaled_by_one", lambda o: find(o, "Deployment", "catalog-beat")["spec"].update(replicas=2), "may run twice"),
    ("selectors_match", lambda o: web(o)["spec"]["selector"]["matchLabels"].update(x="y"), "its own pods"),
    (
        "selectors_match",
        lambda o: web(o)["spec"]["selector"]["matchLabels"].pop("app.kubernetes.io/component"),
        "also selects",
    ),
    ("services_have_pods", lambda o: find(o, "Service", "catalog")["spec"]["selector"].update(x="y"), "0 workloads"),
    (
        "services_have_pods",
        lambda o: find(o, "Service", "catalog")["spec"]["ports"][0].update(targetPort="web"),
        "no port web",
    ),
    ("names_resolve", lambda o: pod(o).update(serviceAccountName="catalogue"), "no ServiceAccount"),
    ("names_resolve", lambda o: without(o, "PersistentVolumeClaim", "catalog-files"), "no claim"),
    ("names_resolve", lambda o: without(o, "ConfigMap", "catalog-environment"), "no ConfigMap"),
    (
        "names_resolve",
        lambda o: container(o)["envFrom"][1]["secretRef"].update(name="catalog"),
        "nobody makes the Secret",
    ),
    (
        "names_resolve",
        lambda o: container(o)["env"].append(
            {"name": "X", "valueFrom": {"secretKeyRef": {"name": "catalog-secrets", "key": "X"}}}
        ),
        "has no X",
    ),
    ("names_resolve", lambda o: container(o)["volumeMounts"].append({"name": "x", "mountPath": "/x"}), "no volume"),
    ("targets_exist", lambda o: without(o, "Service", "catalog-files"), "no Service catalog-files"),
    (
        "targets_exist",
        lambda o: find(o, "PodDisruptionBudget", "catalog-web")["spec"]["selector"]["matchLabels"].update(x="y"),
        "chooses no pod",
    ),
    ("denied_by_default", lambda o: o.remove(policy(o, "default-deny", "catalog")), "does not deny"),
    ("denied_by_default", lambda o: o.remove(policy(o, "files-in", "catalog")), "forgotten"),
    ("rules_name_peers", lambda o: policy(o, "app-out", "catalog")["spec"]["egress"][0].update(to=None), "everybody"),
    (
        "peers_exist",
        lambda o: first_peer(policy(o, "app-out", "catalog"))["podSelector"]["matchLabels"].update(x="y"),
        "nobody in auth",
    ),
    (
        "peers_exist",
        lambda o: policy(o, "web-in", "catalog")["spec"]["ingress"][0]["ports"][0].update(port="web"),
        "nobody has the port web",
    ),
    (
        "both_sides_agree",
        lambda o: o.remove(policy(o, "app-out", "frontend")),
        "which may not call it",
    ),
    ("both_sides_agree", lambda o: o.remove(policy(o, "web-in", "catalog")), "does not let it in"),
    (
        "namespaces_are_restricted",
        lambda o: find(o, "Namespace", "catalog")["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
        "does not enforce",
    ),
    ("namespaces_are_restricted", lambda o: web(o)["metadata"].update(namespace="shop"), "no namespace"),
    (
        "names_resolve_on_every_node",
        lambda o: policy(o, "dns-out", "catalog")["spec"]["egress"][0]["to"].pop(),
        "node's cache",
    ),
    (
        "names_resolve_on_every_node",
        lambda o: policy(o, "dns-out", "catalog")["spec"]["egress"][0]["to"].pop(0),
        "the cluster's DNS",
    ),
    ("challenges_reach_the_solver", lambda o: o.remove(policy(o, "acme-in", "frontend")), "nothing lets nginx-ingress"),
    (
        "challenges_reach_the_solver",
        lambda o: find(o, "Ingress", "streamcart")["metadata"]["annotations"].pop(
            "cert-manager.io/issue-temporary-certificate"
        ),
        "refuses the handshake",
    ),
    (
        "rules_name_peers",
        lambda o: policy(o, "app-out", "catalog")["spec"]["egress"][0].pop("to"),
        "means everybody",
    ),
    ("complete", lambda o: container(o).update(env=[]), "lacks DATABASE_URL"),
    ("complete", lambda o: container(o)["envFrom"].pop(1), "lacks SECRET_KEY"),
    ("known", lambda o: container(o)["env"].append({"name": "REDIS_ULR", "value": "x"}), "does not read"),
    (
        "known",
        lambda o: find(o, "ConfigMap", "catalog-environment")["data"].update(FFMPEG_PRESET="fast"),
        "catalog does not read",
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "words"), CHANGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_policy_finds_its_violation(name, change, words):
    objects = copy.deepcopy(render(settings=CERTIFIED))
    change(objects)
    assert any(words in sentence for sentence in POLICIES[name](objects))


def test_every_policy_is_tried():
    assert {name for name, _, _ in CHANGES} == set(POLICIES)


def test_the_tables_of_variables_are_read():
    assert documented()[""]["SECRET_KEY"]
    assert documented()["auth"]["KEY_ENCRYPTION_KEY"]
    assert not documented()[""]["LOG_LEVEL"]
