"""The same shop by commits: Argo CD's real controllers follow a Git repository of this test.

The tests follow each other: each goes on from what the one before left. Argo CD must run in the namespace `argocd`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import (
    NAMESPACES,
    find,
    generate_secrets,
    get,
    images,
    kubectl,
    listed,
    ready_pods,
    wait_for,
    wait_until_available,
)
from tests.cluster.gitops import (
    ARGOCD,
    Repository,
    application,
    message,
    refresh,
    register_cluster,
    state,
    terminate,
    wait_until_synced,
)

pytestmark = pytest.mark.timeout(900)
SERVICES = ("auth", "catalog", "payment", "redis", "ui", "video")
NAMES = [f"streamcart-dev-{service}" for service in SERVICES]
CATALOG = "streamcart-dev-catalog"


@pytest.fixture(scope="module")
def repository(empty, tmp_path_factory, tag) -> Iterator[Repository]:
    """dev as its manifests say, but from the node's own images and without Key Vault, certificates and AKS's disks."""
    if not find("crd", "applicationsets.argoproj.io") or not find("namespace", ARGOCD):
        pytest.skip("Argo CD does not run in the cluster (scripts/ci/kind.sh installs it)")
    found = Repository(tmp_path_factory.mktemp("gitops"))
    path = found.copy / "charts/streamcart/values-dev.yaml"
    path.write_text(
        (found.copy / "charts/streamcart/values-local.yaml")
        .read_text()
        .replace("environment: local", "environment: dev")
    )
    for service in ("auth", "catalog", "payment", "ui", "video"):
        found.set_tag(service, tag)
    found.write_values("azure", lambda values: values.update({"global": {"host": "streamcart.localhost"}}))
    found.write_values("catalog", lambda values: values["catalog"].update({"web": {"replicas": 2}}))
    with found.served():
        yield found
        kubectl("delete", "applicationsets.argoproj.io", "--all", "--namespace", ARGOCD, "--ignore-not-found")
        kubectl(
            "delete", "applications.argoproj.io", "--all", "--namespace", ARGOCD, "--ignore-not-found", "--wait=false"
        )
        for name in NAMES:
            if find("applications.argoproj.io", name, ARGOCD):
                patch = '{"metadata":{"finalizers":null}}'
                kubectl(
                    "patch", "applications.argoproj.io", name, "-n", ARGOCD, "--type=merge", "-p", patch, check=False
                )


@pytest.fixture(scope="module")
def first(repository) -> str:
    """The first commit, and everything that is applied once by hand: project, ApplicationSet, the cluster's name."""
    commit = repository.commit("Start")
    repository.git("push", "--quiet", "origin", "HEAD:release")
    register_cluster("dev")
    for name in ("project.yaml", "services.yaml"):
        kubectl("apply", "--server-side", "--force-conflicts", "--filename", str(repository.copy / "argocd" / name))
    return commit


def test_the_applicationset_makes_one_valid_application_for_each_service(first):
    wait_for(lambda: all(application(name) for name in NAMES), "the Applications", 120)
    for name in NAMES:
        refresh(name)
        wrong = [c for c in application(name)["status"].get("conditions", []) if c["type"].endswith("Error")]
        assert wrong == []


def test_applications_start_the_shop_in_any_order(first):
    generate_secrets()
    wait_until_available()
    for name in NAMES:
        wait_until_synced(name, first)


def test_objects_are_not_applied_again_while_unchanged(first):
    """A difference that never ends (defaults of StatefulSets, say) would start a sync after each comparison."""
    before = {name: application(name)["status"]["operationState"]["finishedAt"] for name in NAMES}
    for _ in range(3):
        for name in NAMES:
            refresh(name)
            assert state(name)[0] == "Synced", message(name)
    assert {name: application(name)["status"]["operationState"]["finishedAt"] for name in NAMES} == before


def test_a_commit_becomes_new_pods_after_their_migration(repository, first, tag):
    repository.set_tag("catalog", f"{tag}-next")
    commit = repository.commit("Release catalog")
    wait_until_synced(CATALOG, commit)
    assert images("catalog", "web") == {f"streamcart/catalog:{tag}-next"}
    assert len(ready_pods("catalog", "web")) == 2


def test_a_change_by_hand_is_healed(first):
    kubectl("scale", "deployment", "catalog-web", "--namespace", "catalog", "--replicas=1")
    kubectl("delete", "service", "catalog", "--namespace", "catalog")
    wait_for(lambda: find("service", "catalog", "catalog"), "the Service is back")
    wait_for(lambda: get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 2, "the number of pods")


def jobs(phase: str) -> list[str]:
    """Images of the catalogue's migration Jobs that ended so: Complete or Failed."""
    return [
        item["spec"]["template"]["spec"]["containers"][0]["image"]
        for item in listed("jobs", namespace="catalog", selector="app.kubernetes.io/component=migrate")
        if any(c["type"] == phase and c["status"] == "True" for c in item["status"].get("conditions", []))
    ]


def test_a_failed_migration_stops_every_try_and_a_revert_ends_it(repository, first, tag):
    failing = f"{tag}-failmigrate"
    repository.set_tag("catalog", failing)
    repository.write_values("catalog", lambda values: values["catalog"].update({"migrate": {"deadlineSeconds": 15}}))
    commit = repository.commit("Release a catalog whose migration fails")
    refresh(CATALOG)
    wait_for(lambda: jobs("Failed") == [f"streamcart/catalog:{failing}"], "the Job gives up")
    # Several tries later, still no pod of the release has been made.
    wait_for(
        lambda: application(CATALOG)["status"]["operationState"].get("retryCount", 0) >= 2, "Argo CD tries again", 300
    )
    assert f"streamcart/catalog:{failing}" not in images("catalog", "web")
    assert len(ready_pods("catalog", "web")) == 2
    reverted = repository.revert(commit)
    wait_until_synced(CATALOG, reverted)
    assert images("catalog", "web") == {f"streamcart/catalog:{tag}-next"}


def test_a_release_that_hangs_is_ended_by_hand_and_then_by_a_revert(repository, first, tag):
    """Its image cannot be pulled, so its Job neither ends nor fails; `argocd app terminate-op` ends the sync."""
    repository.set_tag("catalog", f"{tag}-broken")
    commit = repository.commit("Release a catalog that never starts")
    refresh(CATALOG)
    wait_for(lambda: f"streamcart/catalog:{tag}-broken" in images("catalog", "migrate"), "its Job")
    assert images("catalog", "web") == {f"streamcart/catalog:{tag}-next"}
    assert len(ready_pods("catalog", "web")) == 2
    reverted = repository.revert(commit)
    terminate(CATALOG)
    wait_until_synced(CATALOG, reverted)
    assert images("catalog", "web") == {f"streamcart/catalog:{tag}-next"}


def test_switching_autoscaling_on_takes_no_pod_away_and_leaves_the_number_to_it(repository, first):
    def scale(least: int) -> None:
        web = {"replicas": 2, "autoscaling": {"enabled": True, "min": least}}
        repository.write_values("catalog", lambda values: values["catalog"].update({"web": web}))

    scale(2)
    wait_until_synced(CATALOG, repository.commit("Scale catalog"))
    assert len(ready_pods("catalog", "web")) == 2
    # A higher bound makes the autoscaler write the number itself; Argo CD leaves it alone from then on.
    scale(3)
    wait_until_synced(CATALOG, repository.commit("Keep three pods of catalog"))
    wait_for(lambda: len(ready_pods("catalog", "web")) == 3, "a third pod")
    repository.write_values("catalog", lambda values: values["catalog"].update({"logLevel": "INFO"}))
    wait_until_synced(CATALOG, repository.commit("Change something else"))
    assert get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 3


def test_a_restore_stops_restores_and_starts_by_itself(repository, first):
    """Also where an autoscaler has set the number of pods, which Argo CD leaves alone."""
    name = "catalog-20260101T000000Z.dump"
    repository.write_values("catalog", lambda values: values["catalog"].update({"backup": {"restore": name}}))
    wait_until_synced(CATALOG, repository.commit("Restore catalog"))
    roles = ("web", "worker", "beat", "events")
    assert [pod for role in roles for pod in ready_pods("catalog", role)] == []
    [job] = [item for item in listed("jobs", namespace="catalog") if "-restore-" in item["metadata"]["name"]]
    assert [role for role in roles if find("deployment", f"catalog-{role}", "catalog")] == []
    assert job["status"].get("succeeded") == 1
    repository.write_values("catalog", lambda values: values["catalog"].pop("backup"))
    wait_until_synced(CATALOG, repository.commit("Catalog is restored"))
    assert len(ready_pods("catalog", "web")) >= 2


def test_production_s_window_does_not_hold_dev(first):
    """Whatever the hour, dev's last syncs above were automatic."""
    for name in NAMES:
        assert application(name)["status"]["operationState"]["operation"]["initiatedBy"] == {"automated": True}


def test_namespaces_are_never_deleted_with_a_release(first):
    for namespace in NAMESPACES:
        assert (
            "Delete=false" in get("namespace", namespace)["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        )
