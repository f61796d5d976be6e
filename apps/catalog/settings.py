"""Settings of the catalog service."""

from __future__ import annotations

from celery.schedules import crontab
from pghistory.config import ForeignKey as HistoricKey

from apps.catalog.backoffice.navigation import NAVIGATION
from apps.common.settings.base import *
from apps.common.settings.base import (
    DATA_APPS,
    MIDDLEWARE,
    SHOP_CURRENCIES,
    SPECTACULAR_SETTINGS,
    STAFF_BEAT_SCHEDULE,
    UNFOLD,
    env,
)

INSTALLED_APPS = [
    *DATA_APPS,
    "treebeard",
    "pgtrigger",
    "pghistory",
    "apps.catalog.products",
    "apps.catalog.inventory",
    "apps.catalog.pages",
    "apps.catalog.reviews",
    "apps.catalog.discovery",
    "apps.catalog.wishlists",
    "apps.catalog.history",
    "apps.catalog.imports",
    "apps.catalog.backoffice",
]
# Public reads are revalidated on every use: a changed price shows at once, an unchanged page costs no bytes.
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.http.ConditionalGetMiddleware",
    "apps.catalog.history.middleware.HistoryMiddleware",
]
UPLOAD_PATHS = (
    r"v1/imports",
    r"v1/products/[^/]+/images",
    r"v1/products/[^/]+/reviews/mine/images",
    r"admin/imports/importjob/add/",
    r"admin/products/(?:product|category|collection)/(?:add|[^/]+/change)/",
)
# A form of a collection or an attribute has up to a thousand rows of some fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
ROOT_URLCONF = "apps.catalog.urls"
SPECTACULAR_SETTINGS = SPECTACULAR_SETTINGS | {
    "POSTPROCESSING_HOOKS": [
        *SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"],
        "apps.catalog.contract.describe_catalogue",
    ]
}
SHOP_CURRENCY = SHOP_CURRENCIES[0]
# Where the shop's days begin and end: a sale until 31 December lasts until midnight there.
SHOP_TIME_ZONE = env.str("SHOP_TIME_ZONE", default="UTC")
# What changed is kept for two years. Its rows point at what may be gone: no constraint, no index that is not named.
HISTORY_DAYS = 730
PGHISTORY_FOREIGN_KEY_FIELD = HistoricKey(db_index=False)

CELERY_BEAT_SCHEDULE = {
    **STAFF_BEAT_SCHEDULE,
    "expire-reservations": {"task": "apps.catalog.inventory.tasks.expire_reservations", "schedule": 20.0},
    "refresh-due-listings": {"task": "apps.catalog.discovery.tasks.refresh_due_listings", "schedule": 10.0},
    "pack-postings": {"task": "apps.catalog.discovery.tasks.pack_postings", "schedule": 15.0},
    "forget-old-searches": {"task": "apps.catalog.discovery.tasks.forget_old_searches", "schedule": 86_400.0},
    "forget-old-prices": {"task": "apps.catalog.discovery.tasks.forget_old_prices", "schedule": 86_400.0},
    "render-missing-images": {"task": "apps.catalog.products.tasks.render_missing_images", "schedule": 300.0},
    "resume-imports": {"task": "apps.catalog.imports.tasks.resume_imports", "schedule": 30.0},
    "purge-imports": {"task": "apps.catalog.imports.tasks.purge_imports", "schedule": 86_400.0},
    "remove-orphaned-files": {
        "task": "apps.catalog.products.tasks.remove_orphaned_files",
        "schedule": crontab(hour=3, minute=40),
    },
    "forget-old-history": {
        "task": "apps.catalog.history.tasks.forget_old_history",
        "schedule": crontab(hour=4, minute=10),
    },
    "purge-idempotency-keys": {"task": "apps.common.idempotency.tasks.purge_idempotency_keys", "schedule": 3600.0},
}


UNFOLD = UNFOLD | {
    "DASHBOARD_CALLBACK": "apps.catalog.backoffice.dashboard.callback",
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": NAVIGATION},
}
