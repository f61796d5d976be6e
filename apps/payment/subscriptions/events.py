"""What events say of subscriptions."""

from __future__ import annotations

from typing import Any

from apps.common import outbox
from apps.payment.subscriptions.models import Subscription, access_until


def publish_change(subscription: Subscription, name: str) -> None:
    """Publish `subscription.<name>` with the next version, in the caller's transaction, which holds the row's lock.

    Each event says all that a consumer needs, so the one with the highest version is enough.
    """
    subscription.version += 1
    subscription.save(update_fields=["version"])
    outbox.publish(type=f"subscription.{name}", subject=subscription.number, data=_payload(subscription))


def _payload(subscription: Subscription) -> dict[str, Any]:
    return {
        "subscription_id": str(subscription.pk),
        "subscription_number": subscription.number,
        "user_id": subscription.user_id and str(subscription.user_id),
        "plan": subscription.plan.code,
        "package": subscription.plan.package,
        "country": subscription.country,
        "state": subscription.state,
        "access_until": access_until(subscription).isoformat(),
        "version": subscription.version,
    }
