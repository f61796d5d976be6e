"""Plans, subscriptions and their refunds in the admin."""

from apps.payment.subscriptions.admin import plans, refunds, subscriptions

__all__ = ["plans", "refunds", "subscriptions"]
