"""This service's part of the admin's sidebar. Each link is shown to users with the permission to view its list."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.navigation import Group, Link, model_link

NAVIGATION = [
    Group(
        [
            model_link(_("Orders"), "receipt_long", "orders.order"),
            model_link(_("Return requests"), "assignment_return", "refunds.returnrequest"),
            model_link(_("Refunds"), "undo", "refunds.refund"),
            model_link(_("Payments"), "credit_card", "payments.payment"),
            model_link(_("Disputes"), "gavel", "disputes.dispute"),
            model_link(_("Subscriptions"), "autorenew", "subscriptions.subscription"),
            model_link(_("Refunds of subscriptions"), "currency_exchange", "subscriptions.periodrefund"),
            model_link(_("Subscription plans"), "loyalty", "subscriptions.plan"),
            model_link(_("Vouchers"), "sell", "vouchers.voucher"),
            model_link(_("Voucher codes"), "confirmation_number", "vouchers.vouchercode"),
            model_link(_("Shipping zones"), "public", "shipping.shippingzone"),
            model_link(_("Delivery methods"), "local_shipping", "shipping.shippingmethod"),
            model_link(_("Tax rates"), "percent", "tax.taxrate"),
            model_link(_("Journal entries"), "account_balance", "ledger.journalentry"),
            Link(_("Balances"), "account_balance_wallet", "admin:ledger_balances", "ledger.view_journalentry"),
            model_link(_("Reconciled days"), "balance", "reconciliation.reconciledday"),
            model_link(_("Differences"), "difference", "reconciliation.difference"),
        ],
    ),
]


def business_record_url(number: str) -> str:
    """The list in the admin that finds an order or a subscription by its number: the books know neither."""
    name = "subscriptions_subscription" if number.startswith("SUB-") else "orders_order"
    return reverse(f"admin:{name}_changelist") + f"?q={number}"
