"""What an installation adds without a fork: where pods run, what they carry, variables, volumes, objects."""

from __future__ import annotations

import json
import subprocess

import yaml

from devtools.checks.chart_schema import CHART
from tests.chart.policies import violations
from tests.chart.policies.model import pods
from tests.chart.render import Object, StrictLoader, find, helm_run

VALUES = {
    "global": {
        "defaults": {
            "nodeSelector": {"pool": "shop"},
            "tolerations": [{"key": "shop", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {}},
            "podLabels": {"team": "shop"},
            "podAnnotations": {"linkerd.io/inject": "disabled"},
        }
    },
    "redis": {"nodeSelector": {"pool": "shop"}, "tolerations": [{"key": "shop", "operator": "Exists"}]},
    "catalog": {
        "extraEnv": [
            {"name": "LOG_LEVEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['team']"}}},
        ],
        "extraVolumes": [{"name": "authority", "configMap": {"name": "authority"}}],
        "extraVolumeMounts": [{"name": "authority", "mountPath": "/authority", "readOnly": True}],
        "extraObjects": [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "authority"}, "data": {"ca.crt": "x"}}
        ],
    },
}


def rendered(tmp_path) -> list[Object]:
    path = tmp_path / "values.yaml"
    path.write_text(json.dumps(VALUES))
    run: subprocess.CompletedProcess[str] = helm_run("template", "streamcart", str(CHART), "--values", str(path))
    assert run.returncode == 0, run.stderr
    return [item for item in yaml.load_all(run.stdout, StrictLoader) if item]


def test_installation_values_reach_every_pod_and_break_no_policy(tmp_path):
    objects = rendered(tmp_path)
    assert violations(objects) == []
    for pod in pods(objects):
        assert pod.spec["nodeSelector"] == {"pool": "shop"}, pod.name
        assert pod.spec["tolerations"] == [{"key": "shop", "operator": "Exists"}], pod.name
        # What needs the cluster's API or only tries the shop runs none of the service's code.
        if pod.namespace != "redis" and pod.labels["app.kubernetes.io/component"] not in ("secret-generator", "test"):
            assert pod.labels["team"] == "shop", pod.name
            assert pod.metadata["annotations"]["linkerd.io/inject"] == "disabled", pod.name


def test_variables_and_volumes_reach_what_runs_the_service_s_code(tmp_path):
    objects = rendered(tmp_path)
    for role in ("web", "worker", "beat", "events"):
        spec = find(objects, "Deployment", f"catalog-{role}")["spec"]["template"]["spec"]
        [container] = spec["containers"]
        assert VALUES["catalog"]["extraEnv"][0] in container["env"]
        assert VALUES["catalog"]["extraVolumeMounts"][0] in container["volumeMounts"]
        assert VALUES["catalog"]["extraVolumes"][0] in spec["volumes"]


def test_objects_lie_in_the_service_s_namespace(tmp_path):
    assert find(rendered(tmp_path), "ConfigMap", "authority")["metadata"]["namespace"] == "catalog"
