"""The sandbox's notifications."""

from __future__ import annotations

import httpx
from celery import shared_task

from apps.payment.payments.providers.sandbox import charges, webhooks


@shared_task(autoretry_for=(httpx.HTTPError,), retry_backoff=2, max_retries=8)
def send_webhook(reference: str) -> None:
    """Post the signed notification, as a provider would, until it is accepted."""
    webhooks.deliver(charges.find(reference))
