"""Settings of the auth service."""

from __future__ import annotations

from celery.schedules import crontab

from apps.auth.navigation import NAVIGATION
from apps.common.settings.base import *
from apps.common.settings.base import DATA_APPS, MIDDLEWARE, REST_FRAMEWORK, STAFF_APPS, env

# Accounts and sessions live here: what other services keep of them is not needed.
INSTALLED_APPS = [
    *(app for app in DATA_APPS if app not in STAFF_APPS),
    "apps.auth.accounts",
    "apps.auth.tokens",
    "apps.auth.lifecycle",
]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("apps.common.staff.")]
# `account_of` looks at the session itself.
REST_FRAMEWORK |= {"DEFAULT_AUTHENTICATION_CLASSES": ["apps.common.identity.authentication.BearerAuthentication"]}
ADMIN_NAVIGATION = NAVIGATION
ROOT_URLCONF = "apps.auth.urls"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.auth.tokens.backends.EmailBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Fernet keys that wrap the private signing keys in the database. The first wraps, all unwrap.
KEY_ENCRYPTION_KEYS = [key for key in env.list("KEY_ENCRYPTION_KEY") if key]
# Secrets that each service may identify itself with; several by comma while one is being rotated.
SERVICE_SECRETS = {
    name: [secret for secret in env.list(f"SERVICE_SECRET_{name.upper()}", default=[]) if secret]
    for name in ("catalog", "payment", "ui", "video")
}

CELERY_BEAT_SCHEDULE = {
    # Looks every night whether the newest key is 30 days old.
    "rotate-signing-keys": {
        "task": "apps.auth.tokens.tasks.rotate_signing_keys",
        "schedule": crontab(hour=3, minute=7),
    },
    "purge-idempotency-keys": {"task": "apps.common.idempotency.tasks.purge_idempotency_keys", "schedule": 3600.0},
    "purge-sessions": {"task": "apps.auth.tokens.tasks.purge_sessions", "schedule": crontab(minute=23)},
    "send-waiting-mails": {"task": "apps.auth.accounts.tasks.send_waiting_mails", "schedule": 60.0},
    "purge-mails": {"task": "apps.auth.accounts.tasks.purge_mails", "schedule": crontab(hour=4, minute=11)},
}
