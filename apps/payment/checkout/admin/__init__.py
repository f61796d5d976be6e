"""Orders in the admin: the list, an order with its timeline, and the pages of what staff do with it."""

from django.contrib import admin

from apps.payment.checkout.admin.orders import OrderAdmin

__all__ = ["OrderAdmin"]

# Sales and what to do, in place of a list of models.
admin.site.index_template = "checkout/dashboard.html"
