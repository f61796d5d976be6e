"""Metrics that rules and dashboards use are scraped, exist and are kept long enough.

Metrics of the services are looked up in a running stack (tests/e2e/test_metrics.py), those of the add-ons here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.project import ROOT
from tests.chart.promql import expressions, labels, metrics, recording_rules
from tests.chart.render import Object, render

EVERYTHING = ("global.monitoring.enabled=true", "global.secrets.source=external")
ADDON_METRICS = Path(__file__).parent / "addon_metrics.yaml"
ADDONS = ROOT / "argocd" / "addons"
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


def addon_metrics() -> dict[str, str]:
    """By metric: the add-on that has it."""
    return {name: part["addon"] for part in yaml.safe_load(ADDON_METRICS.read_text()) for name in part["metrics"]}


def everything() -> list[Object]:
    return render(settings=EVERYTHING)


def used_metrics() -> set[str]:
    return {name for _, expression in expressions(everything()) for name in metrics(expression)}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('sum by (le) (rate(a_bucket{job="x"}[5m])) > 0.5', {"a_bucket"}),
        ('time() - b{c="d(e)"} > 3 and on (f) g unless h offset 30m', {"b", "g", "h"}),
        ("streamcart:errors:ratio_rate5m > (14.4 * (1 - 99.9 / 100))", {"streamcart:errors:ratio_rate5m"}),
        ("vector(1)", set()),
    ],
)
def test_names_of_metrics_are_found(expression, names):
    assert metrics(expression) == names


def test_names_of_labels_are_found():
    assert labels('rate(a{job="x",status=~"5..",b!="{c=1}"}[5m]) / d{e="f"}') == {
        "a": {"job", "status", "b"},
        "d": {"e"},
    }


def test_every_metric_is_a_services_or_documented_by_an_add_on():
    """The first are those that the stack is asked for; a misspelt name of an add-on is in neither."""
    ours = {name for name in used_metrics() if re.match(r"(streamcart|django)_", name)}
    assert used_metrics() - recording_rules(everything()) - ours == set(addon_metrics())


def test_documented_metrics_are_those_of_the_versions_that_run():
    listed = yaml.safe_load((ROOT / "argocd" / "addons.yaml").read_text())
    elements = listed["spec"]["generators"][0]["matrix"]["generators"][1]["list"]["elements"]
    versions = {element["addon"]: element["version"] for element in elements}
    variables = (ROOT / "infra/terraform/modules/argocd/variables.tf").read_text()
    versions["argo-cd"] = re.search(r'variable "chart_version" \{[^}]*default\s*=\s*"([^"]+)"', variables)[1]
    for part in some(yaml.safe_load(ADDON_METRICS.read_text())):
        assert part["version"] == versions[part["addon"]], f"{part['addon']}: look at {part['documented']} again"
        assert part["documented"].startswith("https://")


def addon(name: str, environment: str = "") -> dict:
    folder = ROOT / "argocd" / "environments" / environment / "addons" if environment else ADDONS
    return yaml.safe_load((folder / f"{name}.yaml").read_text())


def test_add_ons_are_scraped():
    assert addon("cert-manager")["prometheus"]["servicemonitor"]["enabled"] is True
    assert addon("external-secrets")["serviceMonitor"]["enabled"] is True
    ingress = addon("nginx-ingress")
    assert ingress["prometheus"]["create"] is True
    assert ingress["prometheus"]["service"]["create"] is True
    assert ingress["prometheus"]["serviceMonitor"]["create"] is True
    # Without it nothing is counted by status.
    assert ingress["controller"]["enableLatencyMetrics"] is True
    for part in ("operator", "metricServer"):
        assert addon("keda")["prometheus"][part]["enabled"] is True
        assert addon("keda")["prometheus"][part]["serviceMonitor"]["enabled"] is True


def test_dropped_metrics_are_not_used_by_rules_or_panels():
    [endpoint] = addon("nginx-ingress")["prometheus"]["serviceMonitor"]["endpoints"]
    for rule in some(endpoint["metricRelabelings"]):
        assert rule["action"] == "drop"
        assert not [name for name in used_metrics() if re.fullmatch(rule["regex"], name)]


def test_argo_cd_is_scraped_where_its_metrics_are_on():
    [monitor] = addon("kube-prometheus-stack")["prometheus"]["additionalServiceMonitors"]
    assert monitor["namespaceSelector"]["matchNames"] == ["argocd"]
    module = (ROOT / "infra/terraform/modules/argocd/main.tf").read_text()
    for part in ("controller", "server", "repoServer", "applicationSet", "notifications"):
        assert re.search(rf"^ +{part} += \{{.*metrics = \{{ enabled = true \}}", module, re.MULTILINE), part


def test_namespaces_of_series_are_those_of_what_they_describe():
    """A rule that says `namespace` means the certificate's or the secret's, not the operator's."""
    monitors = {
        "cert-manager": addon("cert-manager")["prometheus"]["servicemonitor"],
        "external-secrets": addon("external-secrets")["serviceMonitor"],
    }
    owners = some(
        addon_metrics()[name]
        for _, expression in expressions(everything())
        for name, chosen in labels(expression).items()
        if "namespace" in chosen and addon_metrics().get(name) not in (None, "kube-prometheus-stack")
    )
    for owner in owners:
        assert monitors[owner]["honorLabels"] is True, owner


def test_monitors_may_come_before_their_definition():
    template = yaml.safe_load((ROOT / "argocd/addons.yaml").read_text())["spec"]["template"]["spec"]
    assert "SkipDryRunOnMissingResource=true" in template["syncPolicy"]["syncOptions"]
    assert template["syncPolicy"]["retry"]["limit"] >= 10
    # This chart leaves its monitor out on its own where the definition is missing, and Argo CD would not notice.
    assert addon("external-secrets")["serviceMonitor"]["renderMode"] == "alwaysRender"


def duration(text: str) -> int:
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhdwy])", text))


def test_metrics_are_kept_for_as_long_as_rules_and_panels_look_back():
    kept = duration(addon("kube-prometheus-stack")["prometheus"]["prometheusSpec"]["retention"])
    ranges = [
        duration(length)
        for _, expression in expressions(everything())
        for length in re.findall(r"\[(\w+)\]|offset (\w+)", expression)
        for length in length
        if length
    ]
    assert max(ranges) == 30 * 86400
    # Blocks are deleted whole, so a few days more than is asked for.
    assert kept >= max(ranges) + 5 * 86400


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_metrics_fit_their_volume(environment):
    spec = addon("kube-prometheus-stack", environment)["prometheus"]["prometheusSpec"]
    volume = spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
    size = int(re.fullmatch(r"(\d+)Gi", volume)[1])
    kept = int(re.fullmatch(r"(\d+)GiB", spec["retentionSize"])[1])
    # The write-ahead log and a block that is being made need room beside it.
    assert 0.5 * size <= kept <= 0.9 * size


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_silences_outlive_a_restart(environment):
    spec = addon("kube-prometheus-stack", environment)["alertmanager"]["alertmanagerSpec"]
    assert spec["storage"]["volumeClaimTemplate"]["spec"]["storageClassName"]
