"""What goes wrong between a shop and its provider, on purpose, for the cards that ask for it."""

from __future__ import annotations

import time

import httpx
import structlog

from apps.common.http import Unavailable
from apps.common.task_queue import send_on_commit
from apps.payment.payments.providers.sandbox import disputes, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxCharge

log = structlog.get_logger(__name__)

SEND_WEBHOOK_TASK = "apps.payment.payments.providers.sandbox.tasks.send_webhook"
SEND_DISPUTE_TASK = "apps.payment.payments.providers.sandbox.tasks.send_dispute_webhook"
# Longer than a shopper likes to wait, shorter than any time-out on the way.
SLOW_SECONDS = 5


def after_authorising(charge: SandboxCharge) -> None:
    """The charge is made, and the shop does not know yet. Raises Unavailable when it is not to learn of it."""
    match charge.outcome:
        case "response_lost":
            raise Unavailable("sandbox", "its response was lost on the way")
        case "slow":
            time.sleep(SLOW_SECONDS)
        case "webhook_first":
            try:
                webhooks.deliver(charge)
            except httpx.HTTPError as error:
                log.warning("sandbox webhook not accepted", charge=charge.pk, error=str(error))
        case "webhooks_twice":
            _notify_twice(charge)


def after_capturing(charge: SandboxCharge) -> None:
    """The money is taken."""
    if charge.outcome == "webhooks_twice":
        _notify_twice(charge)
    if charge.outcome == "dispute":
        send_on_commit(SEND_DISPUTE_TASK, disputes.open_dispute(charge).pk)


def _notify_twice(charge: SandboxCharge) -> None:
    for _time in range(2):
        send_on_commit(SEND_WEBHOOK_TASK, charge.pk)
