"""Objects of the Prometheus Operator, Gateway API, External Secrets, KEDA and cert-manager are as these define them."""

from __future__ import annotations

import copy
import itertools

import pytest

from tests.chart import crds
from tests.chart.kubernetes import is_foreign
from tests.chart.render import ENVIRONMENTS, FLAVORS, Object, find, key_of, render

EVERYTHING = (
    "global.monitoring.enabled=true",
    "global.monitoring.alerts.email.to=platform@example.com",
    "global.monitoring.alerts.email.from=shop@example.com",
    "global.monitoring.alerts.email.smarthost=smtp.example.com:587",
    "global.monitoring.alerts.email.username=shop",
    "global.monitoring.alerts.email.passwordSecretName=alerts-email-password",
    "global.monitoring.alerts.teams.secretName=alerts-teams-url",
    "global.monitoring.alerts.webhook.secretName=alerts-webhook-url",
    "global.monitoring.alerts.heartbeat.secretName=alerts-heartbeat-url",
    "global.defaults.worker.autoscaling.enabled=true",
    "global.secrets.source=external",
    "global.routing.tls.createIssuer=true",
    "global.routing.tls.clusterIssuer=letsencrypt",
    "global.routing.tls.acmeEmail=platform@example.com",
)


def foreign(objects: list[Object]) -> list[Object]:
    return [item for item in objects if is_foreign(item)]


def everything(flavor: str = "gateway") -> list[Object]:
    return foreign(render(flavor=flavor, settings=EVERYTHING))


def test_every_foreign_object_of_every_render_is_as_defined():
    renders = [everything(flavor) for flavor in FLAVORS]
    renders += [foreign(render(environment, flavor=flavor)) for environment in ENVIRONMENTS for flavor in FLAVORS]
    different: list[Object] = []
    for item in itertools.chain.from_iterable(renders):
        if item not in different:
            different.append(item)
    assert {item["kind"] for item in different} == {
        "AlertmanagerConfig",
        "ClusterIssuer",
        "ExternalSecret",
        "Gateway",
        "HTTPRoute",
        "PodMonitor",
        "PrometheusRule",
        "ScaledObject",
        "ServiceMonitor",
    }
    assert crds.findings(different) == []


@pytest.fixture(scope="module")
def found_in_wrong_ones() -> list[str]:
    """One run for all: the compiler is slow to start."""
    wrong = copy.deepcopy(everything())
    find(wrong, "Gateway", "streamcart")["spec"]["listenres"] = []
    find(wrong, "HTTPRoute", "catalog")["spec"]["rules"][0]["backendRefs"][0]["port"] = "http"
    find(wrong, "ScaledObject", "catalog-worker")["spec"].pop("scaleTargetRef")
    find(wrong, "ExternalSecret", "catalog-secrets")["spec"]["target"]["deletionPolicy"] = "Never"
    find(wrong, "ServiceMonitor", "catalog-web")["spec"]["endpoints"][0]["intervall"] = "30s"
    find(wrong, "AlertmanagerConfig", "alerts")["spec"]["receivers"][1]["webhookConfig"] = []
    return crds.findings(wrong)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Gateway frontend/streamcart", "listenres"),
        ("HTTPRoute catalog/catalog", "number"),
        ("ScaledObject catalog/catalog-worker", "scaleTargetRef"),
        ("ExternalSecret catalog/catalog-secrets", "Never"),
        ("ServiceMonitor catalog/catalog-web", "intervall"),
        ("AlertmanagerConfig frontend/alerts", "webhookConfig"),
    ],
)
def test_invalid_object_is_reported(found_in_wrong_ones, name, words):
    assert [line for line in found_in_wrong_ones if line.startswith(name) and words in line], found_in_wrong_ones


def test_valid_objects_are_not_reported(found_in_wrong_ones):
    assert len({line.partition(":")[0] for line in found_in_wrong_ones}) == 6


def test_every_object_has_a_key_of_its_own():
    keys = [key_of(item) for item in everything()]
    assert len(keys) == len(set(keys))
