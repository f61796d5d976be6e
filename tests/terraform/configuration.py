"""What the Terraform files say: their text, and the resources that they come to, without a provider."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tfparse

from devtools.project import ROOT

FOLDER = ROOT / "infra" / "terraform"
ENVIRONMENTS = ("dev", "prod")
type Resource = tuple[str, str, dict[str, Any]]


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


def evaluated(folder: str, root: Path = FOLDER, environment: str = "") -> dict[str, list[dict[str, Any]]]:
    """The blocks of a root by type, modules, loops and locals worked out, with variables of <environment>.tfvars."""
    files = [f"{environment}.tfvars"] if environment else None
    return tfparse.load_from_path(str(root / "environments" / folder), vars_paths=files)


def resources(folder: str, root: Path = FOLDER, environment: str = "") -> list[Resource]:
    """Each resource and each call of a module as (type, path, arguments)."""
    return [
        (kind, item["__tfmeta"]["path"], item)
        for kind, items in evaluated(folder, root, environment).items()
        if kind.startswith(("azurerm_", "helm_", "time_")) or kind == "module"
        for item in items
    ]
