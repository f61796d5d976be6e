"""Settings of the payment service."""

from __future__ import annotations

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from apps.common.settings.base import *
from apps.common.settings.base import DATA_APPS, PUBLIC_URL, STAFF_BEAT_SCHEDULE, UNFOLD, env
from apps.payment.navigation import NAVIGATION
from apps.payment.payments.configuration import refusal

INSTALLED_APPS = [
    *DATA_APPS,
    "apps.payment.carts",
    "apps.payment.ledger",
    "apps.payment.payments",
    "apps.payment.payments.providers.sandbox",
    "apps.payment.payments.providers.stripe",
    "apps.payment.vouchers",
    "apps.payment.shipping",
    "apps.payment.tax",
    "apps.payment.orders",
    "apps.payment.shipments",
    "apps.payment.documents",
    "apps.payment.disputes",
    "apps.payment.refunds",
    "apps.payment.subscriptions",
    "apps.payment.reconciliation",
    "apps.payment.checkout",
]
ADMIN_NAVIGATION = NAVIGATION
UNFOLD = UNFOLD | {"DASHBOARD_CALLBACK": "apps.payment.checkout.dashboard.callback"}
ROOT_URLCONF = "apps.payment.urls"

# Who takes the money: sandbox, stripe, or none.
PAYMENT_PROVIDER = env("PAYMENT_PROVIDER", default="sandbox")
# Of one account and one mode (test or live). Two webhook secrets while one is being exchanged for another.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
STRIPE_API_URL = env.str("STRIPE_API_URL", default="https://api.stripe.com")
if _refusal := refusal(
    provider=PAYMENT_PROVIDER,
    environment=env("ENVIRONMENT", default="local"),
    public_url=PUBLIC_URL,
    test_cards_in_public=env.bool("TEST_CARDS_IN_PUBLIC", default=False),
    stripe_key=STRIPE_SECRET_KEY,
):
    raise ImproperlyConfigured(_refusal)
# Signs the sandbox provider's webhooks, as a real provider's webhook secret does.
SANDBOX_WEBHOOK_SECRET = env("SANDBOX_WEBHOOK_SECRET")

# Where staff get a mail about each return request; none where it is empty.
RETURN_REQUESTS_EMAIL = env.str("RETURN_REQUESTS_EMAIL", default="")

# Where the shop is and until when it packs parcels on the day of their order: dates of delivery follow.
SHOP_TIME_ZONE = env.str("SHOP_TIME_ZONE", default="UTC")
SHOP_REGION = env.str("SHOP_REGION", default="DE-BE")
ORDER_CUTOFF_HOUR = env.int("ORDER_CUTOFF_HOUR", default=14)

# Where the shop charges tax: countries (GB), states (US-CA), and EU for all of the European Union (docs/tax.md).
TAX_REGISTRATIONS = env.list("TAX_REGISTRATIONS", default=["EU", "GB", "CH"])
# Whether the catalogue's and the shipping prices include tax; else it is added at checkout.
PRICES_INCLUDE_TAX = env.bool("PRICES_INCLUDE_TAX", default=True)

# Who sells, as invoices and credit notes name it (docs/documents.md); the country is that of SHOP_REGION.
DEMO_SELLER = {
    "SELLER_NAME": "StreamCart Demo GmbH",
    "SELLER_STREET": "Beispielstraße 1",
    "SELLER_POSTAL_CODE": "10115",
    "SELLER_CITY": "Berlin",
    "SELLER_EMAIL": "hello@streamcart.example",
    "SELLER_VAT_ID": "DE000000000",
}
SELLER_NAME = env.str("SELLER_NAME", default=DEMO_SELLER["SELLER_NAME"])
SELLER_STREET = env.str("SELLER_STREET", default=DEMO_SELLER["SELLER_STREET"])
SELLER_POSTAL_CODE = env.str("SELLER_POSTAL_CODE", default=DEMO_SELLER["SELLER_POSTAL_CODE"])
SELLER_CITY = env.str("SELLER_CITY", default=DEMO_SELLER["SELLER_CITY"])
SELLER_EMAIL = env.str("SELLER_EMAIL", default=DEMO_SELLER["SELLER_EMAIL"])
SELLER_VAT_ID = env.str("SELLER_VAT_ID", default=DEMO_SELLER["SELLER_VAT_ID"])

# For each address, of all guests behind it (a school, an office) together.
GUEST_CREATION_RATE = "600/hour"
# How often an address may ask for the link to an order: numbers have 40 random bits, so guessing one takes ages.
ORDER_LINK_RATE = "20/hour"

# How many codes of vouchers an address may try, right or wrong; of all people behind it together.
VOUCHER_ATTEMPT_RATE = "600/hour"

# On which days after a renewal was first declined the card is tried, the first decline among them; the subscription
# ends with the last.
SUBSCRIPTION_DUNNING_DAYS = (0, 3, 7)

# `expires`: a job that waited for a worker for a whole period is followed by the next one anyway.
CELERY_BEAT_SCHEDULE = {
    **STAFF_BEAT_SCHEDULE,
    "resume-stuck-orders": {
        "task": "apps.payment.checkout.tasks.resume_stuck_orders",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "release-owed-stock": {
        "task": "apps.payment.checkout.tasks.release_owed_stock",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "send-due-confirmations": {
        "task": "apps.payment.orders.tasks.send_due_confirmations",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-due-links": {
        "task": "apps.payment.orders.tasks.send_due_links",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "resume-open-refunds": {
        "task": "apps.payment.refunds.tasks.resume_open_refunds",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "restock-refunds": {
        "task": "apps.payment.refunds.tasks.restock_due",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "send-due-refund-mails": {
        "task": "apps.payment.refunds.tasks.send_due_refund_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-due-shipment-mails": {
        "task": "apps.payment.shipments.tasks.send_due_shipment_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "renew-subscriptions": {
        "task": "apps.payment.subscriptions.tasks.renew_due",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "resume-open-period-refunds": {
        "task": "apps.payment.subscriptions.tasks.resume_open_refunds",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "remind-of-trial-ends": {
        "task": "apps.payment.subscriptions.tasks.remind_of_trial_ends",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "send-due-subscription-mails": {
        "task": "apps.payment.subscriptions.tasks.send_due_subscription_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Yesterday's last orders are settled by then.
    "reconcile-past-days": {
        "task": "apps.payment.reconciliation.tasks.reconcile_past_days",
        "schedule": crontab(hour=3, minute=20),
    },
    "catch-up-on-disputes": {
        "task": "apps.payment.disputes.tasks.catch_up_on_disputes",
        "schedule": crontab(hour=3, minute=10),
    },
    # Before yesterday's movements are compared, which show it the day after.
    "sandbox-payouts": {
        "task": "apps.payment.payments.providers.sandbox.tasks.pay_out",
        "schedule": crontab(hour=0, minute=30),
    },
    "erase-tracking": {"task": "apps.payment.shipments.tasks.erase_tracking", "schedule": 3600.0},
    "erase-return-texts": {"task": "apps.payment.refunds.tasks.erase_texts", "schedule": 3600.0},
    "purge-guest-carts": {"task": "apps.payment.carts.tasks.purge_guest_carts", "schedule": 3600.0},
    "purge-unused-methods": {"task": "apps.payment.payments.tasks.purge_unused_methods", "schedule": 3600.0},
    "forget-removed-cards": {
        "task": "apps.payment.payments.tasks.forget_removed_cards",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "erase-personal-data": {"task": "apps.payment.orders.tasks.erase_personal_data", "schedule": 3600.0},
    "purge-idempotency-keys": {"task": "apps.common.idempotency.tasks.purge_idempotency_keys", "schedule": 3600.0},
}
