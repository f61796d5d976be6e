"""Facts about the repository that every tool needs: where it lies, and which services it holds."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The roles of each service, each a Deployment of its own in a cluster. Auth follows nobody's events; the storefront
# only serves requests.
ROLES: dict[str, tuple[str, ...]] = {
    "auth": ("web", "worker", "beat"),
    "catalog": ("web", "worker", "beat", "events"),
    "payment": ("web", "worker", "beat", "events"),
    "ui": ("web",),
    "video": ("web", "worker", "beat", "events"),
}
SERVICES = tuple(ROLES)
# The storefront has no database: everything it shows, it asks the others for.
DATA_SERVICES = tuple(service for service in SERVICES if service != "ui")
# On one machine `background` is worker, beat and events in one process, which saves half of the memory.
LOCAL_ROLES = {
    service: tuple(dict.fromkeys("web" if role == "web" else "background" for role in roles))
    for service, roles in ROLES.items()
}
SHARED_SETTINGS = "apps/common/settings/base.py"


def shop_setting(name: str, root: Path = ROOT) -> tuple[str, ...]:
    """A list in the settings that all services share. They are parsed: to import them takes an environment.

    Raises LookupError for a setting that is not there.
    """
    for node in ast.parse((root / SHARED_SETTINGS).read_text()).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            return ast.literal_eval(node.value)
    raise LookupError(f"{SHARED_SETTINGS} sets no {name}.")
