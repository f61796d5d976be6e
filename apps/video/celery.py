"""Celery's entry."""

from apps.common.celery import make_celery

app = make_celery("video")
