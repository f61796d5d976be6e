"""Gauges that are read when Prometheus scrapes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

log = structlog.get_logger()
type Collector = Callable[[], Iterable[Metric]]
# Values of a gauge by the values of its labels.
type Values = dict[tuple[str, ...], float]
# Gauges by name: what it is, the names of its labels, its values.
type GaugeReadings = dict[str, tuple[str, list[str], Values]]
_collectors: list[Collector] = []
# Several Prometheis, or a curious person, must not become a load on the database.
CACHE_SECONDS = 5.0


def register(collector: Collector) -> None:
    """Have these metrics in every response of /metrics."""
    if collector not in _collectors:
        _collectors.append(collector)


class RegisteredCollectors:
    """All registered collectors, as prometheus_client's registries want one."""

    def collect(self) -> Iterator[Metric]:
        for collector in _collectors:
            try:
                yield from list(collector())
            except Exception as error:  # noqa: BLE001  (whatever it is, the other metrics are still true)
                log.warning("metrics are left out", collector=collector.__qualname__, error=str(error))


def cached_gauges(read: Callable[[], GaugeReadings]) -> Collector:
    """A collector of what `read` returns, called at most once in 5 seconds."""
    kept: tuple[float, list[Metric]] = (0.0, [])

    def collect() -> list[Metric]:
        nonlocal kept
        if time.monotonic() - kept[0] > CACHE_SECONDS or not kept[1]:
            kept = (time.monotonic(), [_gauge(name, *reading) for name, reading in read().items()])
        return kept[1]

    collect.__qualname__ = read.__qualname__
    return collect


def _gauge(name: str, description: str, labels: list[str], values: Values) -> Metric:
    family = GaugeMetricFamily(name, description, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
