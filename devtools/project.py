"""Facts about the repository that every tool needs: where it lies, and which services it holds."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The roles of each service; auth follows nobody's events, the storefront only answers requests.
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
