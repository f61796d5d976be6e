"""Orders in the admin: the list, an order with its timeline, and the pages of what staff do with it."""

from apps.payment.checkout.admin.orders import OrderAdmin

__all__ = ["OrderAdmin"]
