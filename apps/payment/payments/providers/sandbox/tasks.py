"""The sandbox's notifications and payouts."""

from __future__ import annotations

import httpx
from celery import shared_task

from apps.payment.payments.providers.sandbox import balance, charges, disputes, webhooks


@shared_task(autoretry_for=(httpx.HTTPError,), retry_backoff=2, max_retries=8)
def send_webhook(reference: str) -> None:
    """Post the signed notification, as a provider would, until it is accepted."""
    webhooks.deliver(charges.find(reference))


@shared_task(autoretry_for=(httpx.HTTPError,), retry_backoff=2, max_retries=8)
def send_dispute_webhook(reference: str) -> None:
    """The same about a dispute."""
    webhooks.deliver_dispute(disputes.find(reference))


@shared_task
def pay_out() -> int:
    """Send yesterday's balance to the shop's bank; returns how many payouts were made."""
    return balance.pay_out()
