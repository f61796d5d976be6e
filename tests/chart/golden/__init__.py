"""Renders that lie in the tree, so that a review shows what a change of the chart does to a cluster.

`make chart-files` writes them: every service as local and as prod get it, and the routing of the other flavours.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.chart.render import SERVICES, Object, key_of, of_kind, render

FOLDER = Path(__file__).parent
ROUTING = ("Ingress", "HTTPRoute", "Gateway", "ClusterIssuer")


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks, lists indented: as people write YAML."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text_node(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text_node)


def files() -> list[Path]:
    """Every golden render that there should be."""
    found = [FOLDER / environment / f"{service}.yaml" for environment in ("local", "prod") for service in SERVICES]
    return [*found, *(FOLDER / "routing" / f"{flavor}.yaml" for flavor in ("nginx", "ingress-nginx", "gateway"))]


def text_of(path: Path) -> str:
    """What should stand in it now."""
    if path.parent.name == "routing":
        objects = of_kind(render("prod", flavor=path.stem), *ROUTING)
    else:
        objects = render(path.parent.name, only=path.stem)
    return _dump(sorted(objects, key=key_of))


def write() -> None:
    for path in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text_of(path))


def _dump(objects: list[Object]) -> str:
    return yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
