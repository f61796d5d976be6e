"""One Application per service and environment: together the umbrella, and nothing that the project forbids."""

from __future__ import annotations

import fnmatch
import re

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.chart_schema import CHART
from devtools.project import ROOT
from tests.chart.policies import violations
from tests.chart.render import SERVICES, Object, helm_run, key_of
from tests.gitops.applications import FOLDER, applications, load, rendered

ENVIRONMENTS = ("dev", "prod")
# Field managers that set the number of pods: the HorizontalPodAutoscaler's controller, and KEDA between none and one.
AUTOSCALERS = ["kube-controller-manager", "keda"]
CLUSTER_KINDS = ("Namespace", "PersistentVolume", "ClusterIssuer", "ClusterImagePolicy", "PriorityClass")


@pytest.fixture(scope="module")
def all_applications() -> dict[tuple[str, str], Object]:
    return {
        (item["metadata"]["labels"]["streamcart/environment"], item["metadata"]["labels"]["streamcart/service"]): item
        for item in applications()
    }


@pytest.fixture(scope="module")
def all_rendered(all_applications) -> dict[tuple[str, str], list[Object]]:
    return {key: rendered(item) for key, item in all_applications.items()}


def test_every_service_and_environment_has_an_application(all_applications):
    assert set(all_applications) == {(environment, service) for environment in ENVIRONMENTS for service in SERVICES}
    names = [item["metadata"]["name"] for item in all_applications.values()]
    assert len(names) == len(set(names))


def test_applications_name_values_files_that_exist(all_applications):
    for (environment, service), item in some(all_applications.items()):
        helm = item["spec"]["source"]["helm"]
        assert helm["ignoreMissingValueFiles"] is False
        assert helm["valueFiles"] == [
            f"values-{environment}.yaml",
            f"/argocd/environments/{environment}/azure.yaml",
            f"/argocd/environments/{environment}/{service}.yaml",
        ]
        assert (CHART / helm["valueFiles"][0]).is_file()
        assert all((ROOT / name.lstrip("/")).is_file() for name in helm["valueFiles"][1:])


def test_no_values_file_is_left_over(all_applications):
    files = [item["spec"]["source"]["helm"]["valueFiles"][1:] for item in all_applications.values()]
    named = {ROOT / name.lstrip("/") for names in files for name in names}
    assert set((FOLDER / "environments").glob("*/*.yaml")) == named


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_s_applications_are_the_umbrella(all_rendered, environment):
    files = [CHART / f"values-{environment}.yaml", *sorted((FOLDER / "environments" / environment).glob("*.yaml"))]
    arguments = [argument for path in files for argument in ("--values", str(path))]
    run = helm_run("template", "streamcart", str(CHART), "--namespace", "default", *arguments)
    assert run.returncode == 0, run.stderr
    whole = {key_of(item): item for item in yaml.safe_load_all(run.stdout) if item}
    parts: dict = {}
    for (place, _), objects in all_rendered.items():
        if place == environment:
            for item in objects:
                assert key_of(item) not in parts
                parts[key_of(item)] = item
    assert parts == whole
    assert violations(list(whole.values())) == []


def test_the_project_allows_what_is_rendered_and_no_more(all_applications, all_rendered):
    project = load("project.yaml")["spec"]
    destinations = {(entry["name"], entry["namespace"]) for entry in project["destinations"]}
    cluster = {(entry["group"], entry["kind"]) for entry in project["clusterResourceWhitelist"]}
    namespaced = {(entry["group"], entry["kind"]) for entry in project["namespaceResourceWhitelist"]}
    used: set[tuple[str, str]] = set()
    for key, objects in all_rendered.items():
        application = all_applications[key]["spec"]
        assert application["source"]["repoURL"] in project["sourceRepos"]
        # An Application without a namespace fits no destination that names one: Argo CD calls it invalid.
        assert (application["destination"]["name"], application["destination"]["namespace"]) in destinations
        for item in objects:
            group = item["apiVersion"].rpartition("/")[0]
            kind = (group, item["kind"])
            if item["kind"] in CLUSTER_KINDS:
                assert kind in cluster, key_of(item)
                continue
            assert kind in namespaced, key_of(item)
            assert (key[0], item["metadata"]["namespace"]) in destinations, key_of(item)
            used.add((key[0], item["metadata"]["namespace"]))
    # Redis of production is Azure's, so its namespace is the one that nothing is rendered into.
    assert destinations - used == {("prod", "redis")}


def test_a_change_refreshes_the_service_that_it_concerns(all_applications):
    changes = {
        "charts/streamcart/charts/catalog/values.yaml": {("dev", "catalog"), ("prod", "catalog")},
        "argocd/environments/dev/video.yaml": {("dev", "video")},
        "charts/streamcart/values-prod.yaml": {("prod", service) for service in SERVICES},
        "argocd/environments/prod/azure.yaml": {("prod", service) for service in SERVICES},
        "charts/streamcart/charts/common/templates/_pod.tpl": set(all_applications),
        "apps/catalog/urls.py": set(),
    }
    for path, concerned in changes.items():
        refreshed = {
            key
            for key, item in all_applications.items()
            if any(
                fnmatch.fnmatch(f"/{path}", pattern) or f"/{path}".startswith(f"{pattern}/")
                for pattern in item["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"].split(";")
            )
        }
        assert refreshed == concerned, path


def test_applications_heal_themselves_and_try_again_with_the_newest_commit(all_applications):
    for item in some(all_applications.values()):
        policy = item["spec"]["syncPolicy"]
        assert policy["automated"] == {"prune": True, "selfHeal": True}
        assert policy["retry"]["limit"] > 0
        assert policy["retry"]["refresh"] is True
        # No ApplyOutOfSyncOnly, which would skip a failed Job and replace the pods after it; no PruneLast, which would
        # wait for a claim that no pod asks for yet.
        assert policy["syncOptions"] == ["ServerSideApply=true", "RespectIgnoreDifferences=true"]
        [ignored] = item["spec"]["ignoreDifferences"]
        assert ignored["managedFieldsManagers"] == AUTOSCALERS


def test_the_chart_knows_the_same_autoscalers():
    """Helm's half of the rule who owns the number of pods (common.replicas)."""
    template = (ROOT / "charts/streamcart/charts/common/templates/_workloads.tpl").read_text()
    assert re.findall(r"eq \.manager (.+?)\)", template) == [" ".join(f'"{name}"' for name in AUTOSCALERS)]


def test_the_api_server_compares(all_applications):
    for item in some((*all_applications.values(), *applications("addons.yaml"))):
        assert item["metadata"]["annotations"]["argocd.argoproj.io/compare-options"] == "ServerSideDiff=true"


def test_production_follows_what_was_promoted_and_dev_what_was_merged(all_applications):
    revisions = {key[0]: item["spec"]["source"]["targetRevision"] for key, item in all_applications.items()}
    assert revisions == {"dev": "main", "prod": "release"}


def test_production_s_window_is_production_s():
    """A window is for everything that any of its lists names, unless it says that all of them must."""
    for window in some(load("project.yaml")["spec"]["syncWindows"]):
        assert window["clusters"] == ["prod"]
        assert not window.keys() & {"namespaces", "applications"}


def test_a_migration_stops_a_sync_before_any_pod_is_replaced(all_rendered):
    """Waves: what is needed, the Job, the pods. Nothing of the first two waits for a volume that a pod makes."""
    items = [item for objects in all_rendered.values() for item in objects]
    assert {item["kind"] for item in items} >= {"Deployment", "Job", "PriorityClass"}
    for item in items:
        wave = item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0")
        name = item["metadata"]["name"]
        if item["kind"] == "Deployment":
            assert wave == "2", name
        if item["kind"] == "Job" and "-migrate-" in name:
            assert wave == "1"
            volumes = item["spec"]["template"]["spec"]["volumes"]
            assert not [volume for volume in volumes if "persistentVolumeClaim" in volume]
        if item["kind"] == "PersistentVolumeClaim":
            # A database's claim comes with its server, which migrations need.
            assert wave == ("0" if name.startswith("data-") else "2")
            assert item["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"] == "true"
        if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
            # Before its pods are there it is ill, and the sync would fail.
            assert wave == "3"
            assert item["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"] == "true"
        if item["kind"] == "PriorityClass":
            assert wave == "-1"


def test_priority_class_is_rendered_with_its_service(all_rendered):
    """Made by the service's own Application: it is there in whichever cluster and by whichever tool."""
    for (environment, service), objects in some(all_rendered.items()):
        made = {item["metadata"]["name"] for item in objects if item["kind"] == "PriorityClass"}
        named = {
            spec["priorityClassName"]
            for item in objects
            if "priorityClassName" in (spec := item.get("spec", {}).get("template", {}).get("spec", {}))
        }
        assert named == made
        assert bool(made) == (environment == "prod" and service != "redis")


def test_subscriptions_have_their_triggers_and_triggers_their_templates(all_applications):
    configured = load("notifications.yaml")["data"]
    keys = [
        key
        for item in (*all_applications.values(), *applications("addons.yaml"))
        for key in item["metadata"]["annotations"]
    ]
    for key in some(key for key in keys if key.startswith("notifications.argoproj.io/subscribe.")):
        _, trigger, service = key.rsplit(".", 2)
        assert f"service.{service}" in configured
        for rule in yaml.safe_load(configured[f"trigger.{trigger}"]):
            assert all(f"template.{name}" in configured for name in rule["send"])


def test_all_files_of_the_folder_are_applied():
    listed = set(yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"])
    present = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "bootstrap.yaml"}
    assert listed == present
