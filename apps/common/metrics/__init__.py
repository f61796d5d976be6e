"""Prometheus metrics of a service: one exposition for all of gunicorn's processes, and what only a look can show.

Counters count where things happen. Lengths, ages and states are looked up when somebody scrapes: `register` a collector
in an app's `ready`. A collector that fails is left out and logged; the scrape never fails.
"""

from apps.common.metrics.collectors import GaugeReadings, Values, cached_gauges, register

__all__ = ["GaugeReadings", "Values", "cached_gauges", "register"]
