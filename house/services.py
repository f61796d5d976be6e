"""The services of the house and the roles that each of them has."""

from __future__ import annotations

ROLES: dict[str, tuple[str, ...]] = {
    "auth": ("web", "worker", "beat"),
    "catalog": ("web", "worker", "beat", "events"),
    "payment": ("web", "worker", "beat", "events"),
    "video": ("web", "worker", "beat", "events"),
    "ui": ("web",),
}
SERVICES = tuple(ROLES)
# The storefront has no database: everything it shows, it asks the others for.
WITH_DATABASE = tuple(service for service in SERVICES if service != "ui")
