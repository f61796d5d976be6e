"""Prometheus metrics of outgoing calls, by target.

`outcome` is 2xx…5xx, timeout, unreachable, unsent or refused (by the breaker).
"""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "streamcart_service_requests_total", "Attempts to call another service.", ["target", "method", "outcome"]
)
SECONDS = Histogram(
    "streamcart_service_request_seconds",
    "Seconds until another service responded or failed.",
    ["target", "outcome"],
)
