from django.apps import AppConfig
from django.db.models.signals import post_migrate

VIEWED = [
    "orders.view_order",
    "orders.view_orderline",
    "orders.view_ordertransition",
    "payments.view_payment",
    "ledger.view_journalentry",
    "ledger.view_posting",
    "jobs.view_jobfailure",
]


class CheckoutConfig(AppConfig):
    name = "apps.payment.checkout"
    label = "checkout"

    def ready(self) -> None:
        post_migrate.connect(grant_staff_permissions, dispatch_uid="payment-staff-permissions")


def grant_staff_permissions(**_: object) -> None:
    """Support looks at orders and cancels unpaid ones."""
    from apps.common.staff.permissions import grant

    grant("support_staff", [*VIEWED, "orders.change_order"])
