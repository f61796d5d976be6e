"""The add-ons that a cluster needs; `python -m devtools.release.addons` prints their CustomResourceDefinitions.

For a cluster that has the definitions and none of the operators, such as the one that the cluster tests run on:

    python -m devtools.release.addons | kubectl apply --server-side --filename -
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.tools import helm

FOLDER = ROOT / "argocd"
KIND = "CustomResourceDefinition"


def addons() -> list[dict[str, str]]:
    """The add-ons as argocd/addons.yaml lists them: addon, namespace, repoURL, version."""
    applicationset = yaml.safe_load((FOLDER / "addons.yaml").read_text())
    [generator] = applicationset["spec"]["generators"]
    return next(inner["list"]["elements"] for inner in generator["matrix"]["generators"] if "list" in inner)


def definitions(addon: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What one chart defines with our values. Raises DevToolsError with Helm's words."""
    name, place = addon["addon"], addon["repoURL"]
    chart = [name, "--repo", place] if place.startswith("https://") else [f"oci://{place}/{name}"]
    values = str(FOLDER / "addons" / f"{name}.yaml")
    command = [
        str(helm()),
        "template",
        name,
        *chart,
        "--version",
        addon["version"],
        "--include-crds",
        "--values",
        values,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise DevToolsError(f"The chart of {name} cannot be rendered: {run.stderr.strip()}")
    for document in yaml.load_all(run.stdout, yaml.CSafeLoader):
        if document and document["kind"] == KIND:
            yield document


def main() -> int:
    try:
        for addon in addons():
            for document in definitions(addon):
                print("---")
                yaml.dump(document, sys.stdout, Dumper=yaml.CSafeDumper)
    except DevToolsError as error:
        print(f"addons: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
