"""The ApplicationSet expanded as Argo CD's controller would, for what ours uses of it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import yaml

from devtools.project import ROOT
from tests.chart.render import Object, StrictLoader, helm_run

FOLDER = ROOT / "argocd"


def load(name: str) -> Object:
    return yaml.load((FOLDER / name).read_text(), StrictLoader)  # noqa: S506  (a safe loader)


# The clusters that Argo CD knows, as Terraform registers them (infra/terraform/modules/argocd).
CLUSTERS = [{"name": name, "metadata": {"labels": {"streamcart/environment": name}}} for name in ("dev", "prod")]
ENVIRONMENT = "streamcart/environment"
# {{ if eq (expression) "text" }}one{{ else }}other{{ end }}
CONDITION = re.compile(r'\{\{ if eq \((.+?)\) "(.+?)" \}\}(.+?)\{\{ else \}\}(.+?)\{\{ end \}\}')


def applications(name: str = "services.yaml", root: Path = ROOT) -> list[Object]:
    """One Application per element of the matrix. Raises KeyError for a parameter that no generator gives."""
    applicationset = load(name)
    assert applicationset["spec"]["goTemplate"] is True
    assert applicationset["spec"]["goTemplateOptions"] == ["missingkey=error"]
    [generator] = applicationset["spec"]["generators"]
    kinds = [_elements(inner, root) for inner in generator["matrix"]["generators"]]
    return [
        _filled(applicationset["spec"]["template"], {key: value for part in parts for key, value in part.items()})
        for parts in itertools.product(*kinds)
    ]


def _elements(generator: dict[str, Any], root: Path) -> list[dict[str, Any]]:
    if "list" in generator:
        return generator["list"]["elements"]
    if "clusters" in generator:
        [wanted] = generator["clusters"]["selector"]["matchExpressions"]
        assert wanted["operator"] == "In"
        return [one for one in CLUSTERS if one["metadata"]["labels"].get(wanted["key"]) in wanted["values"]]
    [wanted] = generator["git"]["files"]
    return [
        yaml.safe_load(path.read_text()) | {"path": {"basename": path.parent.name, "path": str(path.parent)}}
        for path in sorted(root.glob(wanted["path"]))
    ]


def _filled(value: Any, parameters: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, parameters): _filled(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, parameters) for item in value]
    if isinstance(value, str):
        value = CONDITION.sub(
            lambda found: found[3] if _evaluated(found[1], parameters) == found[2] else found[4], value
        )
        return re.sub(r"\{\{ (.+?) \}\}", lambda found: _evaluated(found[1], parameters), value)
    return value


def _evaluated(expression: str, parameters: dict[str, Any]) -> str:
    """`.a.b`, or `index .a.b "key"`: all that ours uses of Go's expressions."""
    match = re.fullmatch(r"\.([\w.]+)", expression) or re.fullmatch(r'index \.([\w.]+) "([^"]+)"', expression)
    assert match, f"the renderer does not know {expression!r}"
    found: Any = parameters
    for key in [*match[1].split("."), *match.groups()[1:]]:
        found = found[key]
    assert isinstance(found, str)
    return found


def rendered(application: Object, root: Path = ROOT) -> list[Object]:
    """What Argo CD's Helm would make of it. Fails, as Argo CD does, when a values file is missing."""
    source = application["spec"]["source"]
    chart = root / source["path"]
    arguments = []
    for name in source["helm"]["valueFiles"]:
        path = root / name.lstrip("/") if name.startswith("/") else chart / name
        arguments += ["--values", str(path)]
    for parameter in source["helm"]["parameters"]:
        arguments += ["--set", f"{parameter['name']}={parameter['value']}"]
    run = helm_run("template", source["helm"]["releaseName"], str(chart), "--namespace", "default", *arguments)
    assert run.returncode == 0, run.stderr
    return [item for item in yaml.load_all(run.stdout, StrictLoader) if item]
