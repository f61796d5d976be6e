"""Prometheus metrics of periodic jobs. (`job` is Prometheus' own label: which service.)"""

from prometheus_client import Counter

LABELS = ["periodic_job"]
FAILED = Counter("streamcart_job_item_failures_total", "Tries of a periodic job that failed at one item.", LABELS)
GIVEN_UP = Counter("streamcart_job_items_given_up_total", "Items that a periodic job tries no more.", LABELS)
