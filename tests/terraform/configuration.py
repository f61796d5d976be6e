"""What the Terraform files say: their text, and the resources that they come to, without a provider."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tfparse

from house.config import ROOT

FOLDER = ROOT / "infra" / "terraform"
ENVIRONMENTS = ("dev", "prod")


def folders(root: Path = FOLDER) -> list[Path]:
    return sorted({path.parent for path in root.glob("*/*/*.tf")})


def text_of(folder: Path) -> str:
    """Every file of a module, without comments and texts for people."""
    joined = "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    joined = re.sub(r"^\s*(description|error_message)\s*=\s*\".*\"$", "", joined, flags=re.MULTILINE)
    joined = re.sub(r"description = <<-EOT.*?^\s*EOT$", "", joined, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^\s*#.*$", "", joined, flags=re.MULTILINE)


def declared(folder: Path, kind: str) -> set[str]:
    """Names of a module's variables, outputs, modules or ephemeral blocks."""
    return set(re.findall(rf'^{kind} "(\w+)"', text_of(folder), re.MULTILINE))


def evaluated(environment: str, root: Path = FOLDER) -> dict[str, list[dict[str, Any]]]:
    """An environment's resources by type, modules, loops and locals worked out."""
    return tfparse.load_from_path(str(root / "environments" / environment))


def resources(environment: str, root: Path = FOLDER) -> list[tuple[str, str, dict[str, Any]]]:
    """Each resource as (type, path, arguments)."""
    return [
        (kind, item["__tfmeta"]["path"], item)
        for kind, items in evaluated(environment, root).items()
        if kind.startswith("azurerm_")
        for item in items
    ]
