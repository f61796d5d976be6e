"""Alerts reach people: the receivers that are set are routed to, by Alertmanager's own code where Go is there."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from devtools.project import ROOT
from tests.chart.render import CHART, Object, find, helm_run, of_kind, render

EMAIL = (
    "global.monitoring.alerts.email.to=platform@shop.example",
    "global.monitoring.alerts.email.from=shop@shop.example",
    "global.monitoring.alerts.email.smarthost=smtp.shop.example:587",
)
PASSWORD = (
    "global.monitoring.alerts.email.username=shop",
    "global.monitoring.alerts.email.passwordSecretName=alerts-email-password",
)
TEAMS, WEBHOOK, HEARTBEAT = (
    (f"global.monitoring.alerts.{name}.secretName=alerts-{name}-url",) for name in ("teams", "webhook", "heartbeat")
)
MONITORED = ("global.monitoring.enabled=true", "global.secrets.source=external")
EVERYBODY = (*EMAIL, *PASSWORD, *TEAMS, *WEBHOOK, *HEARTBEAT)
FOLDER = Path(__file__).parent / "alertmanager"
# What kube-prometheus-stack configures where its values say nothing else.
BASE = """
route:
  receiver: "null"
  routes:
    - receiver: "null"
      matchers: ['alertname = "Watchdog"']
receivers:
  - name: "null"
"""
PAGE = {"alertname": "StreamCartServiceDown", "severity": "page", "service": "payment"}
TICKET = {"alertname": "StreamCartBackupOld", "severity": "ticket", "service": "payment"}
HEARTBEATS = {"alertname": "StreamCartHeartbeat", "severity": "none", "service": "ui"}
CLUSTER_PAGE = {"alertname": "KubeNodeNotReady", "severity": "critical", "namespace": "kube-system"}
CLUSTER_TICKET = {"alertname": "KubePodNotReady", "severity": "warning", "namespace": "kube-system"}
WATCHDOG = {"alertname": "Watchdog", "severity": "none"}


def rendered(*settings: str) -> list[Object]:
    return render(only="ui", settings=(*MONITORED, *settings))


def config(*settings: str) -> Object:
    return find(rendered(*settings), "AlertmanagerConfig", "alerts")


def kinds(*settings: str) -> dict[str, set[str]]:
    """By receiver: its ways of notification."""
    return {item["name"]: item.keys() - {"name"} for item in config(*settings)["spec"]["receivers"]}


def test_without_a_receiver_there_is_nothing():
    assert of_kind(rendered(), "AlertmanagerConfig") == []
    assert not [item for item in rendered() if item["metadata"]["name"] == "alerts-secrets"]


def test_pages_go_to_every_receiver():
    notified = kinds(*EVERYBODY)
    assert notified["page"] == {"emailConfigs", "msteamsv2Configs", "webhookConfigs"}
    assert notified["ticket"] == {"emailConfigs", "msteamsv2Configs"}
    assert notified["heartbeat"] == {"webhookConfigs"}


@pytest.mark.parametrize(
    ("settings", "page", "ticket"),
    [
        (EMAIL, {"emailConfigs"}, {"emailConfigs"}),
        (TEAMS, {"msteamsv2Configs"}, {"msteamsv2Configs"}),
        # Nobody else would hear of tickets.
        (WEBHOOK, {"webhookConfigs"}, {"webhookConfigs"}),
        ((*EMAIL, *WEBHOOK), {"emailConfigs", "webhookConfigs"}, {"emailConfigs"}),
    ],
    ids=["email", "teams", "webhook", "email-and-webhook"],
)
def test_each_receiver_works_alone(settings, page, ticket):
    notified = kinds(*settings)
    assert (notified["page"], notified["ticket"]) == (page, ticket)


def secret_keys(value: object) -> set[str]:
    """Keys of `alerts-secrets` that a configuration takes something from."""
    if isinstance(value, dict):
        own = {value["key"]} if value.get("name") == "alerts-secrets" else set()
        return own.union(*map(secret_keys, value.values()))
    return set().union(*map(secret_keys, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("settings", [EVERYBODY, EMAIL, (*EMAIL, *PASSWORD), TEAMS, WEBHOOK, HEARTBEAT])
def test_the_secret_has_exactly_the_keys_that_are_used(settings):
    objects = rendered(*settings)
    used = secret_keys(find(objects, "AlertmanagerConfig", "alerts")["spec"])
    pulled = [item for item in of_kind(objects, "ExternalSecret") if item["metadata"]["name"] == "alerts-secrets"]
    assert {entry["secretKey"] for item in pulled for entry in item["spec"]["data"]} == used


def test_a_receiver_whose_secret_is_missing_keeps_no_pod_from_its_release():
    """Argo CD stops at the wave of an ExternalSecret that cannot be filled, so this one comes after the pods."""
    wave = "argocd.argoproj.io/sync-wave"
    objects = rendered(*EVERYBODY)
    secret = find(objects, "ExternalSecret", "alerts-secrets")
    web = find(objects, "Deployment", "ui-web")
    assert int(secret["metadata"]["annotations"][wave]) > int(web["metadata"]["annotations"][wave])


def test_the_notes_name_the_secret_to_make_by_hand():
    arguments = [part for setting in ("global.monitoring.enabled=true", *EVERYBODY) for part in ("--set", setting)]
    run = helm_run("install", "streamcart", str(CHART), "--dry-run=client", *arguments)
    assert run.returncode == 0, run.stderr
    notes = run.stdout.partition("NOTES:")[2]
    [command] = [line for line in notes.splitlines() if "create secret generic alerts-secrets" in line]
    for key in secret_keys(config(*EVERYBODY)["spec"]):
        assert f"--from-literal {key}=" in command


def test_notes_warn_when_no_alert_receiver_is_set():
    run = helm_run("install", "streamcart", str(CHART), "--dry-run=client", "--set", "global.monitoring.enabled=true")
    assert "Alerts reach nobody" in run.stdout
    settings = [part for setting in ("global.monitoring.enabled=true", *TEAMS) for part in ("--set", setting)]
    assert "Alerts reach nobody" not in helm_run("install", "x", str(CHART), "--dry-run=client", *settings).stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (EMAIL[:1], "needs from (the sender) and smarthost"),
        ((*EMAIL, PASSWORD[0]), "needs username and passwordSecretName together"),
        ((*EMAIL, PASSWORD[1]), "needs username and passwordSecretName together"),
        ((*EMAIL, "global.monitoring.alerts.email.smarthost=smtp.shop.example"), "does not match pattern"),
        (("global.monitoring.alerts.pager.secretName=x",), "additional properties 'pager' not allowed"),
    ],
)
def test_incomplete_receiver_is_refused(settings, words):
    arguments = [part for setting in (*MONITORED, *settings) for part in ("--set", setting)]
    run = helm_run("template", "streamcart", str(CHART), *arguments)
    assert run.returncode != 0
    assert words in run.stderr


def test_the_cluster_s_alertmanager_selects_the_configuration():
    """It selects by label, in every namespace, and adds no matcher of that namespace."""
    values = yaml.safe_load((ROOT / "argocd/addons/kube-prometheus-stack.yaml").read_text())
    spec = values["alertmanager"]["alertmanagerSpec"]
    labels = config(*EVERYBODY)["metadata"]["labels"]
    assert spec["alertmanagerConfigSelector"]["matchLabels"].items() <= labels.items()
    assert spec["alertmanagerConfigNamespaceSelector"] == {}
    assert spec["alertmanagerConfigMatcherStrategy"] == {"type": "None"}


def test_tickets_of_a_service_are_silent_while_it_pages():
    [rule] = config(*EVERYBODY)["spec"]["inhibitRules"]
    assert rule["equal"] == ["service"]
    severities = {
        side: [(matcher["name"], matcher["value"]) for matcher in rule[side]] for side in ("sourceMatch", "targetMatch")
    }
    assert severities == {"sourceMatch": [("severity", "page")], "targetMatch": [("severity", "ticket")]}


@pytest.fixture(scope="module")
def router(tmp_path_factory) -> Path:
    """The program of tests/chart/alertmanager. Skips where it cannot be built."""
    go = shutil.which("go")
    if not go:
        pytest.skip("Go is missing: install it to try routes with Alertmanager's own code.")
    program = tmp_path_factory.mktemp("alertmanager") / "routes"
    run = subprocess.run([go, "build", "-o", str(program)], cwd=FOLDER, capture_output=True, text=True, check=False)
    if "dial tcp" in run.stderr or "no such host" in run.stderr:
        pytest.skip("Go's module proxy cannot be reached.")
    assert run.returncode == 0, run.stderr
    return program


def route(router: Path, settings: tuple[str, ...], alerts: list[dict[str, str]], strategy: str = "") -> list[set[str]]:
    """The receivers of each alert, without the prefix that the operator gives the chart's."""
    made = config(*settings)
    keys = secret_keys(made["spec"])
    values = yaml.safe_load((ROOT / "argocd/addons/kube-prometheus-stack.yaml").read_text())
    chosen = values["alertmanager"]["alertmanagerSpec"]["alertmanagerConfigMatcherStrategy"]
    given = {
        "base": BASE,
        "config": made,
        "secret": {
            "metadata": {"name": "alerts-secrets", "namespace": made["metadata"]["namespace"]},
            "data": {key: base64.b64encode(b"https://hooks.shop.example/x").decode() for key in keys},
        },
        "matcherStrategy": {"type": strategy} if strategy else chosen,
        "alerts": alerts,
    }
    run = subprocess.run([str(router)], input=json.dumps(given), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return [{name.rpartition("/")[2] for name in names} - {"null", "nobody"} for names in json.loads(run.stdout)]


def test_alertmanager_routes_pages_tickets_and_heartbeats(router):
    alerts = [PAGE, TICKET, HEARTBEATS, CLUSTER_PAGE, CLUSTER_TICKET, WATCHDOG]
    assert route(router, EVERYBODY, alerts) == [{"page"}, {"ticket"}, {"heartbeat"}, {"page"}, {"ticket"}, set()]


@pytest.mark.parametrize("settings", [EMAIL, TEAMS, WEBHOOK], ids=["email", "teams", "webhook"])
def test_alertmanager_loads_each_receiver_alone(router, settings):
    assert route(router, settings, [PAGE, TICKET, HEARTBEATS]) == [{"page"}, {"ticket"}, set()]


def test_alertmanager_loads_a_heartbeat_alone(router):
    assert route(router, HEARTBEAT, [PAGE, HEARTBEATS]) == [set(), {"heartbeat"}]


def test_the_operator_s_default_would_lose_alerts(router):
    """Without the strategy that is set, alerts of other namespaces reach nobody."""
    assert route(router, EVERYBODY, [PAGE, CLUSTER_PAGE], "OnNamespace") == [set(), set()]
