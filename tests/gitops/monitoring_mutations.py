"""Changes that keep alerts from people, with the test that catches each. test_mutations.py makes each to a copy."""

from __future__ import annotations

from tests.gitops.mutating import Mutation, replaced

METRICS, ALERTS, RULES = "tests/chart/test_metrics.py", "tests/chart/test_alerts.py", "tests/chart/test_rules.py"
SETTINGS, APPLICATIONS = "tests/gitops/test_settings.py", "tests/gitops/test_applications.py"
TEMPLATES = "charts/streamcart/charts/common/templates"
STACK = "argocd/addons/kube-prometheus-stack.yaml"
# By name: the test that says no, and the change.
MONITORING_MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "metrics are gone before a panel shows them": (
        f"{METRICS}::test_metrics_are_kept_for_as_long_as_rules_and_panels_look_back",
        replaced(STACK, "retention: 35d", "retention: 15d"),
    ),
    "metrics fill their volume": (
        f"{METRICS}::test_metrics_fit_their_volume",
        replaced("argocd/environments/prod/addons/kube-prometheus-stack.yaml", "90GiB", "100GiB"),
    ),
    "a misspelt metric of an add-on": (
        f"{METRICS}::test_every_metric_is_a_services_or_documented_by_an_add_on",
        replaced(f"{TEMPLATES}/_rules_addons.tpl", "certificate_ready_status", "certificate_status_ready"),
    ),
    "an add-on is raised and nobody looks at its metrics": (
        f"{METRICS}::test_documented_metrics_are_those_of_the_versions_that_run",
        replaced("argocd/addons.yaml", "version: v1.21.2", "version: v1.22.0"),
    ),
    "Argo CD is raised and nobody looks at its metrics": (
        f"{METRICS}::test_documented_metrics_are_those_of_the_versions_that_run",
        replaced("infra/terraform/modules/argocd/variables.tf", '"10.9.3"', '"11.0.0"'),
    ),
    "certificates in the namespace of cert-manager": (
        f"{METRICS}::test_namespaces_of_series_are_those_of_what_they_describe",
        replaced("argocd/addons/cert-manager.yaml", "honorLabels: true", "honorLabels: false"),
    ),
    "an add-on that nobody scrapes": (
        f"{METRICS}::test_add_ons_are_scraped",
        replaced("argocd/addons/external-secrets.yaml", "serviceMonitor:\n  enabled: true", "serviceMonitor:"),
    ),
    "responses are not counted by status": (
        f"{METRICS}::test_add_ons_are_scraped",
        replaced("argocd/addons/nginx-ingress.yaml", "  enableLatencyMetrics: true\n", ""),
    ),
    "a series that is asked for is dropped": (
        f"{METRICS}::test_dropped_metrics_are_not_used_by_rules_or_panels",
        replaced("argocd/addons/nginx-ingress.yaml", "latency_ms_bucket", "latency_ms_.*"),
    ),
    "Argo CD without metrics": (
        f"{METRICS}::test_argo_cd_is_scraped_where_its_metrics_are_on",
        replaced(
            "infra/terraform/modules/argocd/main.tf",
            "controller     = { replicas = 1, metrics = { enabled = true } }",
            "controller     = { replicas = 1 }",
        ),
    ),
    "a monitor before its definition fails the sync": (
        f"{METRICS}::test_monitors_may_come_before_their_definition",
        replaced("argocd/addons.yaml", "          - SkipDryRunOnMissingResource=true\n", ""),
    ),
    "alerts of other namespaces reach nobody": (
        f"{ALERTS}::test_the_cluster_s_alertmanager_selects_the_configuration",
        replaced(STACK, "alertmanagerConfigMatcherStrategy: {type: None}", "alertmanagerConfigMatcherStrategy: {}"),
    ),
    "another label than the chart's": (
        f"{ALERTS}::test_the_cluster_s_alertmanager_selects_the_configuration",
        replaced(STACK, "app.kubernetes.io/part-of: streamcart", "alerts: streamcart"),
    ),
    "pages that reach one receiver": (
        f"{ALERTS}::test_pages_go_to_every_receiver",
        replaced(f"{TEMPLATES}/_alerts.tpl", "{{- if $teams }}", "{{- if false }}"),
    ),
    "a password that nobody pulls": (
        f"{ALERTS}::test_the_secret_has_exactly_the_keys_that_are_used",
        replaced(f"{TEMPLATES}/_alerts.tpl", '"HEARTBEAT_URL" $alerts.heartbeat.secretName', ""),
    ),
    "a severity that no route takes": (
        f"{RULES}::test_alerts_have_a_severity_that_is_routed",
        replaced(f"{TEMPLATES}/_rules_addons.tpl", '"severity" "page"', '"severity" "critical"'),
    ),
    "production's alerts reach nobody": (
        f"{SETTINGS}::test_the_tree_follows_from_its_settings",
        replaced("infra/settings.yaml", "alerts: [email]", "alerts: [heartbeat]"),
    ),
    "receivers that the project forbids": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced("argocd/project.yaml", "    - {group: monitoring.coreos.com, kind: AlertmanagerConfig}\n", ""),
    ),
}
