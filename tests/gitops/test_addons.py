"""The add-ons: each pinned, allowed by its project, with values files that exist, where the chart expects it."""

from __future__ import annotations

import re

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.chart_schema import CHART
from devtools.project import ROOT
from tests.chart.render import Object
from tests.gitops.applications import FOLDER, applications, load

ADDONS = {"cert-manager", "external-dns", "external-secrets", "keda", "kube-prometheus-stack", "nginx-ingress"}


@pytest.fixture(scope="module")
def addons() -> dict[tuple[str, str], Object]:
    return {
        (item["metadata"]["labels"]["streamcart/environment"], item["metadata"]["labels"]["streamcart/addon"]): item
        for item in applications("addons.yaml")
    }


def test_every_cluster_gets_every_add_on(addons):
    assert set(addons) == {(environment, name) for environment in ("dev", "prod") for name in ADDONS}
    names = [item["metadata"]["name"] for item in addons.values()]
    assert len(names) == len(set(names))


def test_versions_are_pinned_and_the_same_everywhere(addons):
    for (_, name), item in some(addons.items()):
        chart, values = item["spec"]["sources"]
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", chart["targetRevision"]), name
        assert values["ref"] == "values"


def test_values_files_exist_and_none_is_left_over(addons):
    named = set()
    for (environment, name), item in addons.items():
        helm = item["spec"]["sources"][0]["helm"]
        assert helm["ignoreMissingValueFiles"] is False
        assert helm["valueFiles"] == [
            f"$values/argocd/addons/{name}.yaml",
            f"$values/argocd/environments/{environment}/addons/{name}.yaml",
        ]
        for file in helm["valueFiles"]:
            path = ROOT / file.removeprefix("$values/")
            assert isinstance(yaml.safe_load(path.read_text()), dict), path
            named.add(path)
    assert {*FOLDER.glob("addons/*.yaml"), *FOLDER.glob("environments/*/addons/*.yaml")} == named


def test_the_project_allows_these_charts_and_namespaces_and_no_more(addons):
    project = load("addons-project.yaml")["spec"]
    namespaces = {entry["namespace"] for entry in project["destinations"]}
    assert {item["spec"]["destination"]["namespace"] for item in addons.values()} == namespaces - {"kube-system"}
    sources = {source["repoURL"] for item in addons.values() for source in item["spec"]["sources"]}
    assert sources == set(project["sourceRepos"])
    assert {item["spec"]["project"] for item in addons.values()} == {project_name()}
    # The shop's own namespaces are the other project's.
    shop = {entry["namespace"] for entry in load("project.yaml")["spec"]["destinations"]}
    assert not shop & namespaces


def project_name() -> str:
    return load("addons-project.yaml")["metadata"]["name"]


def test_addons_run_in_the_namespaces_that_policies_admit(addons):
    values = yaml.safe_load((CHART / "values.yaml").read_text())["global"]
    where = {name: item["spec"]["destination"]["namespace"] for (_, name), item in addons.items()}
    assert where["nginx-ingress"] == values["routing"]["controllerNamespace"]
    assert where["kube-prometheus-stack"] == values["network"]["monitoringNamespace"]


def test_identities_belong_to_the_service_accounts_that_the_charts_make(addons):
    """Terraform trusts <namespace>:<service account>; a typo there is a silent refusal in the cluster."""
    text = (ROOT / "infra/terraform/modules/platform/main.tf").read_text()
    for name in ("external-secrets", "external-dns"):
        values = yaml.safe_load((FOLDER / "addons" / f"{name}.yaml").read_text())
        namespace = addons["dev", name]["spec"]["destination"]["namespace"]
        assert re.search(rf'{name} += \["{namespace}:{values["serviceAccount"]["name"]}"\]', text)
        assert values["podLabels"] == {"azure.workload.identity/use": "true"}


def test_addons_self_heal_and_are_never_deleted_by_mistake(addons):
    assert load("addons.yaml")["spec"]["syncPolicy"] == {"preserveResourcesOnDeletion": True}
    for item in addons.values():
        assert item["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
        assert "ServerSideApply=true" in item["spec"]["syncPolicy"]["syncOptions"]
