"""The sandbox's notifications, and periodic work on cards."""

from __future__ import annotations

import httpx
from celery import shared_task
from django.conf import settings

from apps.payment.payments import services
from apps.payment.payments.providers import sandbox


@shared_task(autoretry_for=(httpx.HTTPError,), retry_backoff=2, max_retries=8)
def send_sandbox_webhook(reference: str) -> None:
    """Post the signed notification, as a provider would, until it is accepted."""
    body, headers = sandbox.webhook_for(sandbox.find(reference))
    url = f"{settings.SERVICE_URLS['payment']}/v1/webhooks/sandbox"
    httpx.post(url, content=body, headers=headers, timeout=10).raise_for_status()


@shared_task
def purge_unused_methods() -> int:
    """Delete guests' cards that paid nothing; returns how many."""
    return services.purge_unused_methods()
