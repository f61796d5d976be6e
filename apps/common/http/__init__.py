"""Calls between services: a deadline, retries where idempotent, a circuit breaker, the request id and a token.

    catalog = ServiceClient("catalog", timeout=3.0)
    product = catalog.get(f"/v1/products/{slug}").json_or_raise()

Never call another service inside a database transaction: the rows would stay locked while the other one thinks.
"""

from apps.common.http.client import SERVICE, ServiceClient
from apps.common.http.responses import RemoteProblem, ServiceResponse, Unavailable

__all__ = ["SERVICE", "RemoteProblem", "ServiceClient", "ServiceResponse", "Unavailable"]
