"""A shop's life with Helm: installed, released, rolled back, resized, restored, removed, installed again.

The tests follow each other: each goes on from what the one before left.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apps.common.testing.iteration import some
from tests.cluster.cluster import (
    KEPT,
    PART_OF,
    find,
    generate_secrets,
    get,
    helm,
    images,
    kubectl,
    listed,
    ready_pods,
    release,
    tags,
    unavailable,
    wait_for,
    wait_until_available,
)

pytestmark = pytest.mark.timeout(900)
SERVICES = ("ui", "catalog", "auth", "payment", "video")
MORE_PODS = [f"{service}.web.replicas=2" for service in SERVICES]


@pytest.fixture(scope="module", autouse=True)
def nothing_yet(empty) -> None:
    pass


@contextmanager
def watched(namespace: str, component: str, *, least: int) -> Iterator[None]:
    """While this goes on, so many pods of a component are ready at every look."""
    counts: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            counts.append(len(ready_pods(namespace, component)))
            over.wait(0.2)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert len(counts) > 3
    assert min(counts) >= least, counts


def started_at(pod) -> str:
    [status] = pod["status"]["containerStatuses"]
    return status["state"]["running"]["startedAt"]


def migrations(service: str) -> dict[str, str]:
    """When each finished migration Job of a service ended, by its image."""
    selector = f"{PART_OF},app.kubernetes.io/component=migrate"
    return {
        item["spec"]["template"]["spec"]["containers"][0]["image"]: item["status"]["completionTime"]
        for item in listed("jobs", selector=selector, namespace=service)
        if item["status"].get("succeeded")
    }


def test_pods_become_ready_after_their_migrations_at_install(tag):
    release("install", "local", *tags(tag), *MORE_PODS)
    generate_secrets()
    wait_until_available()
    for service in ("catalog", "auth", "payment", "video"):
        ended = migrations(service)[f"streamcart/{service}:{tag}"]
        pods = ready_pods(service, "web")
        assert len(pods) == 2
        assert all(started_at(pod) >= ended for pod in pods)


def test_helm_test_completes_a_purchase():
    said = helm("test", "streamcart", "--namespace", "default", "--timeout", "5m")
    assert "Phase:          Succeeded" in said


def test_an_upgrade_replaces_every_pod_and_takes_none_away_before(tag):
    with watched("catalog", "web", least=2), watched("frontend", "web", least=2):
        release("upgrade", "local", *tags(f"{tag}-next"), *MORE_PODS)
        wait_until_available()
        wait_for(lambda: images("catalog", "web") == {f"streamcart/catalog:{tag}-next"}, "the new pods")
    ended = migrations("catalog")[f"streamcart/catalog:{tag}-next"]
    assert all(started_at(pod) >= ended for pod in some(ready_pods("catalog", "web")))


def test_a_rollback_brings_the_former_image_back(tag):
    with watched("catalog", "web", least=2):
        helm("rollback", "streamcart", "--namespace", "default")
        wait_until_available()
        wait_for(lambda: images("catalog", "web") == {f"streamcart/catalog:{tag}"}, "the former pods")


def test_a_release_that_never_starts_leaves_the_old_pods_at_work(tag):
    with watched("catalog", "web", least=2):
        release("upgrade", "local", *tags(tag), *tags(f"{tag}-broken", "catalog"), *MORE_PODS)
        wait_for(lambda: f"streamcart/catalog:{tag}-broken" in images("catalog", "web"), "the first new pod")
        helm("rollback", "streamcart", "--namespace", "default")
        wait_for(lambda: images("catalog", "web") == {f"streamcart/catalog:{tag}"}, "the former pods")
        wait_until_available(["catalog"])


def test_switching_autoscaling_on_takes_no_pod_away(tag):
    four = [*tags(tag), *MORE_PODS, "catalog.web.replicas=4"]
    release("upgrade", "local", *four)
    wait_until_available(["catalog"])
    scaled = [*four, "catalog.web.autoscaling.enabled=true"]
    with watched("catalog", "web", least=4):
        release("upgrade", "local", *scaled)
        wait_for(lambda: find("hpa", "catalog-web", "catalog"), "the autoscaler")
        # The release after the one that switches it on drops nothing either.
        release("upgrade", "local", *scaled, "catalog.logLevel=INFO")
        wait_until_available(["catalog"])
    assert get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 4


def test_replicas_that_the_autoscaler_has_set_are_left_alone(tag):
    """Metrics or not, it keeps to its bounds: raising the lower one makes it write the number itself."""
    scaled = [*tags(tag), *MORE_PODS, "catalog.web.replicas=4", "catalog.web.autoscaling.enabled=true"]
    release("upgrade", "local", *scaled, "catalog.web.autoscaling.min=5")
    wait_for(lambda: get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 5, "the autoscaler's number")
    release("upgrade", "local", *scaled, "catalog.web.autoscaling.min=5", "catalog.logLevel=DEBUG")
    wait_until_available(["catalog"])
    assert get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 5
    # Switched off, the number is the values' again.
    release("upgrade", "local", *tags(tag), *MORE_PODS, "--force-conflicts")
    wait_until_available(["catalog"])
    assert get("deployment", "catalog-web", "catalog")["spec"]["replicas"] == 2


def test_scaling_by_hand_is_a_conflict_that_the_documented_flag_ends(tag):
    kubectl("scale", "deployment", "payment-web", "--namespace", "payment", "--replicas=3")
    values = [*tags(tag), *MORE_PODS, "payment.logLevel=INFO"]
    refused = release("upgrade", "local", *values, check=False)
    assert "conflict" in refused, refused
    release("upgrade", "local", *values, "--force-conflicts")
    wait_until_available(["payment"])
    assert get("deployment", "payment-web", "payment")["spec"]["replicas"] == 2


def test_a_second_release_is_refused_with_a_sentence(tag):
    said = release("install", "local", *tags(tag), name="another", check=False)
    assert "The release default/streamcart runs a shop in this cluster already" in said
    assert not find("secret", "sh.helm.release.v1.another.v1", "default")


def test_a_database_gets_a_larger_volume_by_its_value():
    """On a class that can grow; the claim is an object of its own, and the server goes on running."""
    selector = "app.kubernetes.io/component=postgres"
    [before] = listed("pods", selector=selector, namespace="auth")
    values = [*MORE_PODS, "auth.postgres.storageClassName=expandable"]
    kubectl("delete", "statefulset", "auth-postgres", "--namespace", "auth")
    kubectl("delete", "pvc", "data-auth-postgres-0", "--namespace", "auth")
    wait_for(lambda: not find("pvc", "data-auth-postgres-0", "auth"), "the old claim is gone")
    current = helm("get", "values", "streamcart", "--namespace", "default", "--output=json")
    assert current
    release("upgrade", "local", "--reuse-values", *values)
    wait_until_available(["auth"])
    [first] = listed("pods", selector=selector, namespace="auth")
    assert first["metadata"]["uid"] != before["metadata"]["uid"]
    release("upgrade", "local", "--reuse-values", "auth.postgres.storage=5Gi")
    claim = get("pvc", "data-auth-postgres-0", "auth")
    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"
    [after] = listed("pods", selector=selector, namespace="auth")
    assert after["metadata"]["uid"] == first["metadata"]["uid"]


def test_a_restore_stops_the_service_and_taking_it_away_starts_it_again():
    name = "catalog-20260101T000000Z.dump"
    release("upgrade", "local", "--reuse-values", f"catalog.backup.restore={name}")
    roles = ("web", "worker", "beat", "events")
    wait_for(lambda: not [pod for role in roles for pod in ready_pods("catalog", role)], "the service rests")
    [job] = [item for item in listed("jobs", namespace="catalog") if "-restore-" in item["metadata"]["name"]]
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == [name]
    release("upgrade", "local", "--reuse-values", "catalog.backup.restore=")
    wait_until_available(["catalog"])
    assert len(ready_pods("catalog", "web")) == 2


def leftovers() -> set[str]:
    """Kinds of what is still there and carries the shop's label."""
    kinds = kubectl("api-resources", "--verbs=list", "--output=name").split()
    ours = [kind for kind in kinds if not kind.startswith(("events", "componentstatuses"))]
    return {item["kind"] for item in listed(",".join(ours)) if "deletionTimestamp" not in item["metadata"]}


def test_an_uninstall_leaves_data_and_nothing_else(tag):
    helm("uninstall", "streamcart", "--namespace", "default", "--wait")
    wait_for(lambda: not leftovers() - KEPT, "what an uninstall leaves")
    assert leftovers() <= KEPT
    for volume in listed("persistentvolumes"):
        assert volume["status"]["phase"] != "Released"
    assert not unavailable()


def test_a_second_install_finds_the_data_again(tag):
    before = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item["metadata"]["uid"]
        for item in listed("persistentvolumeclaims")
    }
    secret = get("secret", "catalog-secrets", "catalog")["data"]
    release(
        "install",
        "local",
        *tags(tag),
        *MORE_PODS,
        "auth.postgres.storageClassName=expandable",
        "auth.postgres.storage=5Gi",
    )
    generate_secrets()
    wait_until_available()
    for (namespace, name), uid in before.items():
        assert get("pvc", name, namespace)["metadata"]["uid"] == uid
    assert get("secret", "catalog-secrets", "catalog")["data"] == secret
