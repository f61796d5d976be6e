"""Prometheus metrics of periodic jobs."""

from prometheus_client import Counter

FAILED = Counter("streamcart_job_item_failures_total", "Tries of a periodic job that failed at one item.", ["job"])
GIVEN_UP = Counter("streamcart_job_items_given_up_total", "Items that a periodic job tries no more.", ["job"])
