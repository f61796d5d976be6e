"""`helm template`, once per set of arguments."""

from __future__ import annotations

import functools
import subprocess
from typing import Any

import yaml

from devtools.checks.chart_schema import CHART
from devtools.tools import helm

SERVICES = ("auth", "catalog", "payment", "redis", "ui", "video")
FLAVORS = ("nginx", "ingress-nginx", "gateway")
# The values of the chart alone, and each values file over them.
ENVIRONMENTS = ("default", "local", "dev", "prod")
type Object = dict[str, Any]


class StrictLoader(yaml.CSafeLoader):
    """Refuses a key that stands twice: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def helm_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Helm with these arguments; the caller looks at the outcome."""
    return subprocess.run([str(helm()), *arguments], capture_output=True, text=True, check=False)


def values_of(environment: str) -> list[str]:
    return [] if environment == "default" else ["--values", str(CHART / f"values-{environment}.yaml")]


@functools.cache
def render_text(
    environment: str = "default",
    *,
    flavor: str = "",
    only: str = "",
    release: str = "streamcart",
    settings: tuple[str, ...] = (),
) -> str:
    """What `helm template` prints. Fails with Helm's own words."""
    arguments = values_of(environment)
    if flavor:
        arguments += ["--set", f"global.routing.flavor={flavor}"]
    if only:
        arguments += ["--set", f"tags.all=false,tags.{only}=true"]
    for setting in settings:
        arguments += ["--set", setting]
    run = helm_run("template", release, str(CHART), "--namespace", "default", *arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


@functools.cache
def _parsed(text: str) -> tuple[Object, ...]:
    return tuple(document for document in yaml.load_all(text, StrictLoader) if document)


def render(environment: str = "default", **options: Any) -> list[Object]:
    """The objects. They are shared between tests: do not change them."""
    return list(_parsed(render_text(environment, **options)))


def key_of(item: Object) -> tuple[str, str, str]:
    """Kind, namespace and name, which no two objects of a cluster share."""
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def find(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of this kind and name."""
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} objects are {kind} {name}"
    return found[0]


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [item for item in objects if item["kind"] in kinds]
