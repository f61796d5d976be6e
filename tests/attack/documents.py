"""The OpenAPI documents of the services, and requests that are made from them."""

from __future__ import annotations

from typing import Any

import schemathesis
import yaml
from hypothesis import HealthCheck, Phase
from schemathesis import checks

from devtools.project import ROOT

# Uploads of films: bytes as they are.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

SERVICES = ("auth", "catalog", "payment", "video")
ALWAYS: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def success_is_documented(ctx: Any, response: Any, case: Any) -> None:
    """Errors may be described by `default`; a success must be described by its own status."""
    documented = case.operation.definition.raw["responses"]
    assert response.status_code >= 400 or str(response.status_code) in documented, (
        f"{response.status_code} is not among {sorted(documented)}"
    )


AS_DESCRIBED = [
    success_is_documented,
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# They end the session that asks, or are for services alone.
LEFT_OUT = ("/v1/tokens/revoke", "/internal/", "/v1/me/sessions")


def operations(service: str, url: str) -> list[Any]:
    """Every operation that is reachable through the gateway, each ready to be sent to it."""
    schema = schemathesis.openapi.from_dict(yaml.safe_load((ROOT / "apps" / service / "openapi.yaml").read_text()))
    schema.config.update(base_url=f"{url}/api/{service}")
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if not any(part in operation.path for part in LEFT_OUT)]
