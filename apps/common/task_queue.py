"""Sending background work from services, which know no tasks: by name, once the transaction has committed."""

from __future__ import annotations

from typing import Any

from celery import signature
from django.db import transaction


def send_on_commit(name: str, *args: Any) -> None:
    """Send the task `name` (`apps.payment.orders.tasks.send_confirmation`) after the commit.

    While Redis is away the task is lost and logged, so the row must say that work is due, for a periodic job.
    """
    task = signature(name, args=args)
    transaction.on_commit(lambda: task.delay(), robust=True)
