"""Kubernetes' recommended labels: on every object, in no selector, and none on a pod that changes with a release.

Decision 0025 says which value each one has.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.chart_schema import CHART
from devtools.release.chart_release import release
from tests.chart.policies.model import WORKLOADS, pods
from tests.chart.render import ENVIRONMENTS, FLAVORS, SERVICES, Object, helm_run, key_of, of_kind, render, values_of
from tests.chart.test_files import VARIANTS

PREFIX = "app.kubernetes.io/"
VERSION, CHART_LABEL, INSTANCE = f"{PREFIX}version", "helm.sh/chart", f"{PREFIX}instance"
SAME_FOR_EVERY_RELEASE = {f"{PREFIX}{name}" for name in ("name", "component", "instance", "part-of", "managed-by")}


def renders() -> Iterator[tuple[str, list[Object]]]:
    for environment in ENVIRONMENTS:
        for flavor in FLAVORS:
            yield environment, render(environment, flavor=flavor)
    for settings in VARIANTS.values():
        yield (
            "default",
            [item for item in render(settings=settings) if not item["metadata"]["name"].startswith("extra-")],
        )


def selectors(value: Any) -> Iterator[set[str]]:
    """Label keys of every selector below a value: `matchLabels`, `matchExpressions` and a Service's plain map."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "matchLabels":
                yield set(below)
            elif key == "matchExpressions":
                yield {expression["key"] for expression in below}
            elif key == "selector" and all(isinstance(text, str) for text in below.values()):
                yield set(below)
            else:
                yield from selectors(below)
    elif isinstance(value, list):
        for below in value:
            yield from selectors(below)


def test_every_object_has_the_recommended_labels():
    for environment, objects in some(renders()):
        assert objects
        name = "local" if environment == "default" else environment
        for item in some(objects):
            labels = item["metadata"]["labels"]
            assert labels.keys() >= SAME_FOR_EVERY_RELEASE, key_of(item)
            assert labels[INSTANCE] == f"streamcart-{name}", key_of(item)
            if item["kind"] != "Namespace":
                assert labels[CHART_LABEL] == f"{labels[f'{PREFIX}name']}-0.1.0", key_of(item)


def test_a_workload_has_the_version_of_the_image_that_it_runs():
    kinds = set()
    for _, objects in some(renders()):
        for pod in pods(objects):
            image = pod.spec["containers"][0]["image"]
            assert pod.owner["metadata"]["labels"][VERSION] == image.rpartition(":")[2], pod.name
            kinds.add(pod.owner["kind"])
    assert kinds == {"Deployment", "StatefulSet", "Job", "CronJob", "Pod"}


def test_objects_without_an_image_have_no_version_label():
    for _, objects in some(renders()):
        others = [item for item in objects if item["kind"] not in WORKLOADS]
        assert others
        assert [key_of(item) for item in others if VERSION in item["metadata"]["labels"]] == []


def test_pod_and_namespace_labels_do_not_change_with_a_release():
    """Cilium makes a pod's identity of its labels and its namespace's."""
    for _, objects in some(renders()):
        templates = [pod.labels for pod in pods(objects) if pod.owner["kind"] != "Pod"]
        namespaces = [item["metadata"]["labels"] for item in of_kind(objects, "Namespace")]
        assert templates
        assert namespaces
        for labels in some((*templates, *namespaces)):
            recommended = {key for key in labels if key.startswith((PREFIX, "helm.sh/"))}
            assert recommended == SAME_FOR_EVERY_RELEASE


def test_selectors_name_no_label_that_may_change():
    for _, objects in some(renders()):
        found = [keys for item in objects for keys in selectors(item.get("spec", {}))]
        assert len(found) > 100
        changing = {INSTANCE, VERSION, CHART_LABEL, f"{PREFIX}managed-by"}
        assert [keys for keys in found if keys & changing] == []


def bumped(chart: Path, version: str) -> Path:
    shutil.copytree(CHART, chart)
    for path in [chart / "Chart.yaml", *chart.glob("charts/*/Chart.yaml")]:
        path.write_text(path.read_text().replace("version: 0.1.0", f"version: {version}"))
    return chart


@pytest.mark.parametrize("environment", ["local", "prod"])
def test_a_new_version_of_the_chart_replaces_no_pod(environment, tmp_path):
    chart = bumped(tmp_path / "streamcart", "9.8.7+build.1")
    run = helm_run("template", "streamcart", str(chart), "--namespace", "default", *values_of(environment))
    assert run.returncode == 0, run.stderr
    after = {key_of(item): item for item in yaml.safe_load_all(run.stdout) if item}
    before = {key_of(item): item for item in render(environment)}
    assert after.keys() == before.keys()
    for key, item in after.items():
        labels = item["metadata"]["labels"]
        if CHART_LABEL in labels:
            assert labels[CHART_LABEL] == f"{labels[f'{PREFIX}name']}-9.8.7_build.1"
        assert without_chart(item) == without_chart(before[key]), key


def without_chart(item: Object) -> Object:
    labels = {key: value for key, value in item["metadata"]["labels"].items() if key != CHART_LABEL}
    return item | {"metadata": item["metadata"] | {"labels": labels}}


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        (("catalog.image.tag=123456789012",), "123456789012"),
        ((f"catalog.image.tag={'a' * 62}-b",), "a" * 62),
        (("catalog.image.tag=1.2.3", f"catalog.image.digest=sha256:{'0' * 64}"), "1.2.3"),
        # Nobody knows what a digest alone is a version of.
        ((f"catalog.image.digest=sha256:{'0' * 64}",), None),
    ],
)
def test_a_version_is_a_valid_label_of_the_service_s_image(settings, version):
    arguments = [part for setting in settings for part in ("--set-string", setting)]
    run = helm_run("template", "streamcart", str(CHART), *arguments)
    assert run.returncode == 0, run.stderr
    [web] = [
        item
        for item in yaml.safe_load_all(run.stdout)
        if item and item["metadata"]["name"] == "catalog-web" and item["kind"] == "Deployment"
    ]
    assert web["metadata"]["labels"].get(VERSION) == version


def test_the_version_of_a_database_is_its_server_s():
    [server] = [item for item in of_kind(render(), "StatefulSet") if item["metadata"]["name"] == "catalog-postgres"]
    tag = yaml.safe_load((CHART / "values.yaml").read_text())["global"]["images"]["postgres"].rpartition(":")[2]
    assert server["metadata"]["labels"][VERSION] == tag
    pinned = (f"global.images.postgres=registry.example:5000/postgres:18.6@sha256:{'0' * 64}",)
    [server] = [
        item for item in of_kind(render(settings=pinned), "StatefulSet") if "catalog" in item["metadata"]["name"]
    ]
    assert server["metadata"]["labels"][VERSION] == "18.6"


def test_job_is_renamed_when_its_pod_changes():
    """A Job's pod is immutable: a changed pod under the same name would be refused by the API server."""
    before = {key_of(item): item["spec"]["template"] for item in of_kind(render(), "Job")}
    changes = (
        "global.environment=dev",
        "global.images.pullSecrets={registry}",
        "global.defaults.nodeSelector.pool=shop",
        "global.images.pullPolicy=Always",
        "catalog.image.tag=1.2.3",
    )
    for change in changes:
        after = {key_of(item): item["spec"]["template"] for item in of_kind(render(settings=(change,)), "Job")}
        assert after != before, change
        assert [key for key in after.keys() & before.keys() if after[key] != before[key]] == [], change


def test_a_released_chart_and_its_parts_have_the_release_s_version(tmp_path):
    digests = {service: f"sha256:{'0' * 64}" for service in SERVICES if service != "redis"}
    release(tmp_path, "1.2.3", "registry.example/shop", digests)
    objects = [item for item in yaml.safe_load_all((tmp_path / "streamcart-1.2.3-local.yaml").read_text()) if item]
    labels = [item["metadata"]["labels"] for item in objects if item["kind"] != "Namespace"]
    assert {each[CHART_LABEL] for each in labels} == {f"{service}-1.2.3" for service in SERVICES}
    run = helm_run("show", "chart", str(tmp_path / "streamcart-1.2.3.tgz"))
    chart = yaml.safe_load(run.stdout)
    assert {dependency["version"] for dependency in chart["dependencies"]} == {"1.2.3"}
