from django.apps import AppConfig
from django.db.models.signals import post_migrate

VIEWED = [
    "orders.view_order",
    "orders.view_orderline",
    "orders.view_ordertransition",
    "refunds.view_refund",
    "refunds.view_returnrequest",
    "payments.view_payment",
    "disputes.view_dispute",
    "disputes.view_disputechange",
    "ledger.view_journalentry",
    "ledger.view_posting",
    "reconciliation.view_reconciledday",
    "reconciliation.view_difference",
    "subscriptions.view_plan",
    "subscriptions.view_subscription",
    "subscriptions.view_billingperiod",
    "subscriptions.view_periodrefund",
    "shipping.view_shippingzone",
    "shipping.view_shippingmethod",
    "shipping.view_shippingprice",
    "tax.view_taxrate",
    "vouchers.view_voucher",
    "vouchers.view_vouchercode",
    "vouchers.view_redemption",
    "jobs.view_jobfailure",
]
CHANGED = [
    "orders.change_order",
    "subscriptions.change_subscription",
    "vouchers.add_voucher",
    "vouchers.change_voucher",
    "vouchers.change_vouchercode",
]


class CheckoutConfig(AppConfig):
    name = "apps.payment.checkout"
    label = "checkout"

    def ready(self) -> None:
        post_migrate.connect(grant_staff_permissions, dispatch_uid="payment-staff-permissions")


def grant_staff_permissions(**_: object) -> None:
    """Support looks at orders, refunds, ships and cancels them, and writes vouchers."""
    from apps.common.staff.permissions import grant

    grant("support_staff", [*VIEWED, *CHANGED])
