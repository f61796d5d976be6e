"""Prometheus metrics of the consuming side, by source service."""

from prometheus_client import Counter, Gauge

LAG = Gauge(
    "streamcart_events_lag_seconds",
    "Age of the oldest event that is known and not yet handled; 0 when all are.",
    ["source"],
)
BEHIND = Gauge("streamcart_events_behind", "Positions between the feed's last event and the last handled.", ["source"])
POSITION = Gauge("streamcart_events_position", "Position up to which events are handled.", ["source"])
HANDLED = Counter("streamcart_events_handled_total", "Events whose handlers succeeded.", ["source", "type"])
FAILED = Counter("streamcart_events_failed_total", "Failed attempts to handle an event.", ["source", "type"])
