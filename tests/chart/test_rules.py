"""Prometheus' rules: valid, and each alert fires when it should and is silent when it should be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.project import ROOT
from tests.chart.render import find, of_kind, render

MONITORED = ("global.monitoring.enabled=true", "global.secrets.source=external")
# Fires as long as anything works, so it cannot be tried as the others are.
HEARTBEAT = "StreamCartHeartbeat"
METRICS = ROOT / "docs" / "observability.md"
RUNBOOK = ROOT / "docs" / "runbooks" / "alerts.md"
REQUESTS = 'django_http_responses_total_by_status_total{job="payment",status="%s"}'
LATENCY = "django_http_requests_latency_including_middlewares_seconds"
WEB = '{namespace="payment",deployment="payment-web"}'
GATEWAY = 'nginx_ingress_controller_upstream_server_response_latency_ms_count{service="payment",code="%s"}'
RELOAD = 'nginx_ingress_controller_nginx_last_reload_status{pod="%s"}'
SECRET = 'externalsecret_status_condition{namespace="%s",name="payment-secrets",condition="Ready",status="%s"}'
SYNC = 'argocd_app_sync_total{name="streamcart-prod-payment",phase="%s"}'
APPLICATION = 'argocd_app_info{name="streamcart-prod-payment",health_status="%s",sync_status="%s"}'

# alert: service, what makes it fire, what is as it should be. Series in promtool's notation, a value each minute.
CASES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "StreamCartErrorsBurnBudget": (
        "payment",
        {REQUESTS % "200": "0+60x120", REQUESTS % "500": "0+6x120"},
        {REQUESTS % "200": "0+60x120", REQUESTS % "500": "0+0x120"},
    ),
    "StreamCartSlownessBurnBudget": (
        "payment",
        {f'{LATENCY}_bucket{{job="payment",le="0.75"}}': "0+30x120", f'{LATENCY}_count{{job="payment"}}': "0+60x120"},
        {f'{LATENCY}_bucket{{job="payment",le="0.75"}}': "0+60x120", f'{LATENCY}_count{{job="payment"}}': "0+60x120"},
    ),
    "StreamCartPodsMissing": (
        "payment",
        {f"kube_deployment_spec_replicas{WEB}": "3x120", f"kube_deployment_status_replicas_available{WEB}": "2x120"},
        {f"kube_deployment_spec_replicas{WEB}": "3x120", f"kube_deployment_status_replicas_available{WEB}": "3x120"},
    ),
    "StreamCartServiceDown": (
        "payment",
        {f"kube_deployment_spec_replicas{WEB}": "2x120", f"kube_deployment_status_replicas_available{WEB}": "0x120"},
        # Put to rest on purpose, while a dump is restored.
        {f"kube_deployment_spec_replicas{WEB}": "0x120", f"kube_deployment_status_replicas_available{WEB}": "0x120"},
    ),
    "StreamCartCrashLoop": (
        "payment",
        {'kube_pod_container_status_restarts_total{namespace="payment",pod="p",container="web"}': "0+1x120"},
        {'kube_pod_container_status_restarts_total{namespace="payment",pod="p",container="web"}': "2x120"},
    ),
    "StreamCartJobFailed": (
        "payment",
        {
            'kube_job_status_failed{namespace="payment",job_name="payment-migrate-1"}': "2x120",
            'kube_job_status_succeeded{namespace="payment",job_name="payment-migrate-1"}': "0x120",
        },
        {
            'kube_job_status_failed{namespace="payment",job_name="payment-migrate-1"}': "2x120",
            'kube_job_status_succeeded{namespace="payment",job_name="payment-migrate-1"}': "1x120",
        },
    ),
    "StreamCartQueueStuck": (
        "payment",
        {'streamcart_queue_oldest_seconds{job="payment",queue="payment"}': "0+60x120"},
        {'streamcart_queue_oldest_seconds{job="payment",queue="payment"}': "200x120"},
    ),
    "StreamCartTasksFail": (
        "payment",
        {'streamcart_tasks_total{job="payment",task="send",outcome="failure"}': "0+1x120"},
        {'streamcart_tasks_total{job="payment",task="send",outcome="success"}': "0+9x120"},
    ),
    "StreamCartItemGivenUp": (
        "payment",
        {'streamcart_job_items_given_up_total{job="payment",periodic_job="resume-stuck-orders"}': "0x80 1x40"},
        {'streamcart_job_items_given_up_total{job="payment",periodic_job="resume-stuck-orders"}': "1x120"},
    ),
    "StreamCartEventsLag": (
        "payment",
        {'streamcart_events_lag_seconds{job="payment",source="auth"}': "300x120"},
        {'streamcart_events_lag_seconds{job="payment",source="auth"}': "3x120"},
    ),
    "StreamCartEventsUnread": ("payment", {}, {'streamcart_events_position{job="payment"}': "7x120"}),
    "StreamCartVolumeFills": (
        "payment",
        {
            'kubelet_volume_stats_available_bytes{namespace="payment",persistentvolumeclaim="data"}': "10x120",
            'kubelet_volume_stats_capacity_bytes{namespace="payment",persistentvolumeclaim="data"}': "100x120",
        },
        {
            'kubelet_volume_stats_available_bytes{namespace="payment",persistentvolumeclaim="data"}': "50x120",
            'kubelet_volume_stats_capacity_bytes{namespace="payment",persistentvolumeclaim="data"}': "100x120",
        },
    ),
    "StreamCartBackupOld": (
        "payment",
        {'kube_cronjob_status_last_successful_time{namespace="payment",cronjob="payment-backup"}': "-200000x120"},
        {'kube_cronjob_status_last_successful_time{namespace="payment",cronjob="payment-backup"}': "0x120"},
    ),
    "StreamCartOrdersStuck": (
        "payment",
        {'streamcart_orders_oldest_open_seconds{job="payment",state="authorised"}': "0+60x120"},
        # A customer may take their time over a bank's challenge.
        {'streamcart_orders_oldest_open_seconds{job="payment",state="reserved"}': "0+60x120"},
    ),
    "StreamCartOrdersUnreserved": (
        "payment",
        {'streamcart_orders_oldest_open_seconds{job="payment",state="pending"}': "0+60x120"},
        {'streamcart_orders_oldest_open_seconds{job="payment",state="pending"}': "5x120"},
    ),
    "StreamCartRefundsStuck": (
        "payment",
        {'streamcart_refunds_oldest_open_seconds{job="payment",state="requested"}': "0+60x120"},
        {'streamcart_refunds_oldest_open_seconds{job="payment",state="sent"}': "10x120"},
    ),
    "StreamCartRenewalsOverdue": (
        "payment",
        {'streamcart_subscriptions_oldest_due_seconds{job="payment"}': "0+60x120"},
        # Renewed in time, but for one that a customer confirms at the bank meanwhile.
        {'streamcart_subscriptions_oldest_due_seconds{job="payment"}': "0+60x15 0x104"},
    ),
    "StreamCartBooksDiffer": (
        "payment",
        {'streamcart_reconciliation_differences{job="payment"}': "2x120"},
        {'streamcart_reconciliation_differences{job="payment"}': "0x120"},
    ),
    "StreamCartBooksNotCompared": (
        "payment",
        {'streamcart_reconciliation_age_seconds{job="payment"}': "180000+60x120"},
        {'streamcart_reconciliation_age_seconds{job="payment"}': "90000x120"},
    ),
    "StreamCartEncodingsWait": (
        "video",
        {'streamcart_encodings_oldest_waiting_seconds{job="video"}': "4000x120"},
        {'streamcart_encodings_oldest_waiting_seconds{job="video"}': "60x120"},
    ),
    "StreamCartEncodingsFail": (
        "video",
        {'streamcart_encodings{job="video",state="failed"}': "5x120"},
        {'streamcart_encodings{job="video",state="failed"}': "1x120"},
    ),
    "StreamCartCertificateExpires": (
        "ui",
        {'certmanager_certificate_expiration_timestamp_seconds{namespace="frontend",name="tls"}': "864000x120"},
        {'certmanager_certificate_expiration_timestamp_seconds{namespace="frontend",name="tls"}': "5184000x120"},
    ),
    "StreamCartCertificateExpiresSoon": (
        "ui",
        {'certmanager_certificate_expiration_timestamp_seconds{namespace="frontend",name="tls"}': "172800x120"},
        {'certmanager_certificate_expiration_timestamp_seconds{namespace="frontend",name="tls"}': "864000x120"},
    ),
    "StreamCartCertificateNotReady": (
        "ui",
        {
            'certmanager_certificate_ready_status{namespace="frontend",name="tls",condition="False"}': "1x120",
            'certmanager_certificate_ready_status{namespace="frontend",name="tls",condition="True"}': "0x120",
        },
        # Another team's certificate, and the shop's own.
        {
            'certmanager_certificate_ready_status{namespace="blog",name="tls",condition="False"}': "1x120",
            'certmanager_certificate_ready_status{namespace="frontend",name="tls",condition="False"}': "0x120",
            'certmanager_certificate_ready_status{namespace="frontend",name="tls",condition="True"}': "1x120",
        },
    ),
    "StreamCartGatewayErrors": (
        "ui",
        {GATEWAY % "200": "0+60x120", GATEWAY % "502": "0+6x120"},
        {GATEWAY % "200": "0+60x120", GATEWAY % "404": "0+60x120", GATEWAY % "502": "0+1x120"},
    ),
    "StreamCartGatewayReloadFails": (
        "ui",
        # One of two fails.
        {RELOAD % "a": "1x120", RELOAD % "b": "0x120"},
        # One failed once.
        {RELOAD % "a": "1x120", RELOAD % "b": "1x50 0x1 1x70"},
    ),
    "StreamCartSecretNotSynced": (
        "payment",
        {SECRET % ("payment", "False"): "1x120", SECRET % ("payment", "True"): "0x120"},
        {
            SECRET % ("payment", "False"): "0x120",
            SECRET % ("payment", "True"): "1x120",
            SECRET % ("blog", "False"): "1x120",
        },
    ),
    "StreamCartSyncFailed": (
        "ui",
        # The counter begins to exist with the first failure.
        {SYNC % "Failed": "_x100 1x20", SYNC % "Succeeded": "5x120"},
        {SYNC % "Failed": "1x120", SYNC % "Succeeded": "0+1x120"},
    ),
    "StreamCartApplicationDegraded": (
        "ui",
        {APPLICATION % ("Degraded", "Synced"): "1x120"},
        # A rollout, then all is well.
        {APPLICATION % ("Degraded", "Synced"): "1x100 _x20", APPLICATION % ("Healthy", "Synced"): "_x100 1x20"},
    ),
    "StreamCartApplicationOutOfSync": (
        "ui",
        {APPLICATION % ("Healthy", "OutOfSync"): "1x170"},
        # Merged on Friday evening, released on Monday morning.
        {APPLICATION % ("Healthy", "OutOfSync"): "_x33 1x140"},
    ),
}
# Minutes between two values and minutes until the alert is asked for, where two hours are too few.
LONG_RUNNING = {"StreamCartApplicationOutOfSync": (30, 4900)}


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if not found:
        pytest.skip("promtool is missing: install Debian's package prometheus.")
    return found


@pytest.fixture(scope="module")
def rule_files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rules")
    for item in of_kind(render(settings=MONITORED), "PrometheusRule"):
        path = folder / f"{item['metadata']['name'].removesuffix('-rules')}.yaml"
        path.write_text(yaml.safe_dump(item["spec"], sort_keys=False))
    return {path.stem: path for path in folder.iterdir()}


def alerts() -> set[str]:
    rules = of_kind(render(settings=MONITORED), "PrometheusRule")
    return {
        rule["alert"]
        for item in rules
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def firing(promtool: str, rules: Path, series: dict[str, str], alert: str, folder: Path) -> bool:
    """Whether the alert fires after 110 minutes, or as LONG_RUNNING says, as promtool sees it."""
    step, asked = LONG_RUNNING.get(alert, (1, 110))
    test = {
        "rule_files": [str(rules)],
        "evaluation_interval": f"{step}m",
        "tests": [
            {
                "interval": f"{step}m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                # That it does not fire is what promtool is asked to confirm.
                "alert_rule_test": [{"eval_time": f"{asked}m", "alertname": alert, "exp_alerts": []}],
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test))
    run = subprocess.run([promtool, "test", "rules", str(path)], capture_output=True, text=True, check=False)
    said = run.stdout + run.stderr
    assert "parse" not in said, said
    if run.returncode:
        assert f"alertname: {alert}" in said, said
        assert re.search(r"got:\[\s*\S", said), said
    return run.returncode != 0


def test_the_rules_are_valid(promtool, rule_files):
    for path in some(rule_files.values()):
        run = subprocess.run(
            [promtool, "check", "rules", "--lint-fatal", str(path)], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_when_it_should(promtool, rule_files, tmp_path, alert):
    service, series, _ = CASES[alert]
    assert firing(promtool, rule_files[service], series, alert, tmp_path)


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_is_silent_when_all_is_well(promtool, rule_files, tmp_path, alert):
    service, _, series = CASES[alert]
    assert not firing(promtool, rule_files[service], series, alert, tmp_path)


def test_every_alert_is_tried():
    assert set(CASES) == alerts() - {HEARTBEAT}


def test_the_heartbeat_fires_without_any_series(promtool, rule_files, tmp_path):
    assert firing(promtool, rule_files["ui"], {}, HEARTBEAT, tmp_path)


def test_alerts_have_a_severity_that_is_routed():
    """What the AlertmanagerConfig routes (tests/chart/test_alerts.py), and the heartbeat by its name."""
    groups = [
        group for item in of_kind(render(settings=MONITORED), "PrometheusRule") for group in item["spec"]["groups"]
    ]
    for rule in some(rule for group in groups for rule in group["rules"] if "alert" in rule):
        expected = {"none"} if rule["alert"] == HEARTBEAT else {"page", "ticket"}
        assert rule["labels"]["severity"] in expected, rule["alert"]


def test_every_alert_has_its_runbook():
    sections = set(re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE))
    assert sections == alerts()


def test_rules_ask_for_metrics_that_the_services_have():
    """A misspelt metric never fires. Names of Kubernetes' and cert-manager's metrics are theirs."""
    code = "\n".join(path.read_text() for path in (ROOT / "apps").rglob("*.py"))
    text = yaml.safe_dump_all(of_kind(render(settings=MONITORED), "PrometheusRule"))
    names = set(re.findall(r"\bstreamcart_[a-z_]+", text))
    assert names
    assert not [name for name in names if name not in code]


def test_every_metric_is_documented():
    modules = [
        path
        for path in (ROOT / "apps").rglob("*.py")
        if "metrics" in str(path) and "tests" not in path.relative_to(ROOT).parts
    ]
    code = "\n".join(path.read_text() for path in modules)
    documented = set(re.findall(r"^\| `(streamcart_[a-z_]+)`", METRICS.read_text(), re.MULTILINE))
    assert documented == set(re.findall(r'"(streamcart_[a-z_]+)"', code))


def test_a_dashboard_is_complete():
    for service in ("auth", "catalog", "payment", "ui", "video"):
        dashboard = json.loads(
            find(render(settings=MONITORED), "ConfigMap", f"{service}-dashboard")["data"][f"{service}.json"]
        )
        panels = dashboard["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
        assert len(places) == len(panels)
        assert all(panel["targets"] for panel in panels)
