"""Settings that every service shares. A service's settings.py star-imports this and adds its own apps and URLs.

Everything that differs between machines comes from the environment (12-factor), read here through `env`;
a missing variable that has no safe default stops the process with a sentence that names it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from apps.common import logs
from apps.common.settings.variables import ENV_DEFAULTS

env = environ.FileAwareEnv(**ENV_DEFAULTS)


def signs_in_with_entra(variable: str) -> bool:
    """Whether this variable asks for tokens instead of a password. Raises ImproperlyConfigured for a typing error."""
    if env(variable) not in ("password", "entra"):
        raise ImproperlyConfigured(f"{variable} must be password or entra, not {env(variable)!r}.")
    return env(variable) == "entra"


# `apps.catalog.settings` -> "catalog": the settings module names the service, nothing else needs to.
SERVICE = os.environ["DJANGO_SETTINGS_MODULE"].split(".")[1]
REPOSITORY = Path(__file__).resolve().parents[3]
SERVICE_DIR = REPOSITORY / "apps" / SERVICE
VERSION = env("VERSION")

SECRET_KEY = env("SECRET_KEY")
DEBUG = env("DEBUG")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")
# The gateway strips this prefix and says so in X-Forwarded-Prefix; the storefront lives at the root.
PUBLIC_PREFIX = "" if SERVICE == "ui" else f"/api/{SERVICE}"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

COMMON_APPS = [
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_prometheus",
    "apps.common",
]
# What a service knows of the accounts of `auth`: who works in its admin, whose tokens are refused, who is forgotten.
STAFF_APPS = ["apps.common.staff", "apps.common.revocation", "apps.common.erasure"]
DATA_APPS = [
    # Before unfold, whose templates some of ours replace.
    "apps.common.admin_site",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    *COMMON_APPS,
    "apps.common.outbox",
    "apps.common.idempotency",
    "apps.common.jobs",
    *STAFF_APPS,
]

MIDDLEWARE = [
    "apps.common.context.RequestContextMiddleware",
    "apps.common.middleware.AcceptLanguageMiddleware",
    "apps.common.middleware.InsideOnlyMiddleware",
    "apps.common.health.middleware.HealthMiddleware",
    "apps.common.middleware.NoStoreMiddleware",
    "apps.common.deadlines.DeadlineMiddleware",
    # Behind the probes: thousands of them a day would make every error rate look small.
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.common.middleware.RejectNullBytesMiddleware",
    "apps.common.middleware.BodySizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.common.staff.middleware.StaffSessionMiddleware",
    "apps.common.staff_uploads.StaffUploadMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------------------

# Who signs in to PostgreSQL and Redis: the password in the address, or the pod's identity.
DATABASE_ENGINE = (
    "apps.common.azure.postgresql" if signs_in_with_entra("DATABASE_AUTHENTICATION") else "apps.common.postgresql"
)
REDIS_CREDENTIALS = "apps.common.azure.identity.RedisCredentials" if signs_in_with_entra("REDIS_AUTHENTICATION") else ""
DATABASES: dict[str, dict] = {}
if SERVICE != "ui":
    DATABASES["default"] = {
        **env.db("DATABASE_URL"),
        "ENGINE": DATABASE_ENGINE,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
DATABASE_AUTHENTICATION = env("DATABASE_AUTHENTICATION")
# For `prepare_database` alone.
ADMINISTRATOR_URL = env("ADMINISTRATOR_URL")
DATABASE_PRINCIPAL_ID = env("DATABASE_PRINCIPAL_ID")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "staff.StaffUser"
AUTHENTICATION_BACKENDS = ["apps.common.staff.backends.AuthServiceBackend"]

REDIS_URL = env("REDIS_URL")
REDIS_OPTIONS = {"credential_provider": import_string(REDIS_CREDENTIALS)()} if REDIS_CREDENTIALS else {}
CACHES = {
    "default": {
        "BACKEND": "apps.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": SERVICE,
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5, **REDIS_OPTIONS},
    }
}

# --- Requests -------------------------------------------------------------------------------------------------

USE_X_FORWARDED_HOST = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"{SERVICE}_session"
CSRF_COOKIE_NAME = f"{SERVICE}_csrf"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{PUBLIC_PREFIX}/"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _https else 0
X_FRAME_OPTIONS = "DENY"
# Bodies: what every address takes, and what those take that match one of the regular expressions (without the first
# slash). The gateways' limits are the same (global.routing.routes in the chart's values).
MAX_BODY_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
UPLOAD_PATHS: tuple[str, ...] = ()
APPEND_SLASH = SERVICE == "ui"

LANGUAGE_CODE = "en"
# What the shop speaks. Texts in the first stand in the catalogue's columns, others in `translations`. Forms, import
# columns, search and the API follow; for one more, run `migrate` and `manage.py catalog refresh_listings`.
SHOP_LANGUAGES = ("en", "de")
# Of prices, the shop's own first: whatever is published has a price in it, and in the others where staff set one.
SHOP_CURRENCIES = ("EUR", "USD")
USE_I18N = True
# Of the admins: one choice for all services.
LANGUAGE_COOKIE_NAME = "admin_language"
LANGUAGE_COOKIE_PATH = "/api/"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = _https
FORMAT_MODULE_PATH = ["apps.common.formats"]
LANGUAGES = [(code, LANG_INFO.get(code, {}).get("name", code)) for code in SHOP_LANGUAGES]
# Compiled by `make setup` (devtools.checks.messages) and by docker/assemble.
LOCALE_PATHS = [SERVICE_DIR / "locale", REPOSITORY / "apps" / "common" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT") or REPOSITORY / "var" / "static" / SERVICE)
MEDIA_ROOT = Path(env("MEDIA_ROOT") or REPOSITORY / "var" / "media" / SERVICE)
MEDIA_URL = env("MEDIA_URL") or f"{PUBLIC_URL}/media/{SERVICE}/"
STORAGES: dict[str, dict] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "apps.common.staticfiles.PrefixedManifestStorage"},
}
if env("AZURE_STORAGE_ACCOUNT"):
    STORAGES["default"] = {
        "BACKEND": "apps.common.storage.BlobStorage",
        "OPTIONS": {
            "account_name": env("AZURE_STORAGE_ACCOUNT"),
            "azure_container": env("AZURE_STORAGE_CONTAINER"),
            "connection_string": env("AZURE_STORAGE_CONNECTION_STRING") or None,
        },
    }
# Libraries of pages come from npm at build time; of their files exactly these are served (static path: path in
# node_modules), by a service whose STATICFILES_FINDERS name apps.common.npm.
NPM_ROOT = SERVICE_DIR / "node_modules"
NPM_FILES: dict[str, str] = {}
# Served from STATIC_ROOT when collected (images, `make up`), straight from the apps otherwise (tests).
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Content-Security-Policy ----------------------------------------------------------------------------------

# Of the admins and the API's page (the storefront has its own): scripts and styles are the service's own files, none
# stands in a page. Two things the admin's Alpine.js cannot do without: it evaluates expressions of attributes, and it
# sets styles of elements.
CONTENT_SECURITY_POLICY = {
    # JSON is no page, and the header would be a fifth of a small response.
    "EXCLUDE_URL_PREFIXES": ["/v1/", "/.well-known/", "/schema/", "/internal/", "/metrics"],
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        # Two style elements that libraries of the admin add: htmx for its indicators, Chart.js for its animations.
        "style-src": [
            "'self'",
            "'sha256-bsV5JivYxvGywDAZ22EZJKBFip65Ng9xoJVLbBg7bdo='",
            "'sha256-CftXQ/6rIQ3AMOrJUsQzoK+KGLgk4scJJlfXyvE/1mQ='",
        ],
        "style-src-attr": ["'unsafe-inline'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:", MEDIA_URL],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

# --- API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.common.revocation.authentication.RevocableBearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.common.identity.permissions.IsUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "apps.common.api.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {},
    "EXCEPTION_HANDLER": "apps.common.api.handlers.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Who opens the form of the admin's sign-in itself comes from nowhere.
LOGIN_REDIRECT_URL = "admin:index"
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": f"StreamCart {SERVICE}",
    "VERSION": "1",
    # The version whose JSON Schema says what nullable values look like without a dialect of its own.
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVERS": [{"url": PUBLIC_PREFIX or "/", "description": "through the gateway"}],
    "SCHEMA_PATH_PREFIX": "/v1",
    "POSTPROCESSING_HOOKS": ["apps.common.api.openapi.describe_problems"],
}

# --- Identity -------------------------------------------------------------------------------------------------

SERVICE_URLS = {
    "auth": env("AUTH_URL").rstrip("/"),
    "catalog": env("CATALOG_URL").rstrip("/"),
    "payment": env("PAYMENT_URL").rstrip("/"),
    "video": env("VIDEO_URL").rstrip("/"),
}
SERVICE_SECRET = env("SERVICE_SECRET")
TOKEN_ISSUER = f"{PUBLIC_URL}/api/auth"
TOKEN_AUDIENCE = "streamcart"  # noqa: S105  (a public name, no secret)
# rest_framework_simplejwt verifies; keys come from auth's JWKS (apps.common.identity.jwks).
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "RS256",
    "AUDIENCE": TOKEN_AUDIENCE,
    "ISSUER": TOKEN_ISSUER,
    "USER_ID_CLAIM": "sub",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "LEEWAY": 5,
}

# --- Background work ------------------------------------------------------------------------------------------

# Kombu takes the class by its name, in the address.
CELERY_BROKER_URL = f"{REDIS_URL}?credential_provider={REDIS_CREDENTIALS}" if REDIS_CREDENTIALS else REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = SERVICE
CELERY_TASK_IGNORE_RESULT = True
# Queues of tasks that take hours; each has a worker of its own.
LONG_TASK_QUEUES: list[str] = []
# What dead workers' rows are waited for, times this: below 1 in tests that kill workers.
LEASE_FACTOR = env.float("LEASE_FACTOR", default=1.0)
if LEASE_FACTOR <= 0:
    raise ImproperlyConfigured(f"LEASE_FACTOR must be above 0, as 1 (the usual time) is, not {LEASE_FACTOR}.")
# A task is taken off the queue when it is done, not when it starts: a killed worker loses nothing.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nobody steers workers over Redis: no channel is listened to, and a service's Redis user needs none.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Sending gives up at once when Redis is away: the request goes on, a periodic job does the work later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{SERVICE}:",
    "visibility_timeout": int(timedelta(hours=2).total_seconds()),
    "socket_connect_timeout": 1,
    "socket_timeout": 30,
    # One try: while Redis is away a request must not wait for it.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict] = {}
# For every service that has STAFF_APPS.
STAFF_BEAT_SCHEDULE: dict[str, dict] = {
    "repeat-erasures": {
        "task": "apps.common.erasure.tasks.repeat_erasures",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "purge-revoked-tokens": {"task": "apps.common.revocation.tasks.purge_revoked_tokens", "schedule": 3600.0},
}

vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
SHOP_NAME = "StreamCart"
# The footer of mails needs one by law in many countries; parts are separated by commas.
SHOP_ADDRESS = env("SHOP_ADDRESS")

LOGGING = logs.configure(SERVICE, level=env("LOG_LEVEL"), form=env("LOG_FORMAT"))

# --- Staff admin ----------------------------------------------------------------------------------------------

# The links of this service in the sidebar, as groups of `apps.common.admin_site.navigation`.
ADMIN_NAVIGATION: Sequence[Any] = []
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": SHOP_NAME,
    "SITE_HEADER": SHOP_NAME,
    "SITE_SUBHEADER": "apps.common.admin_site.branding.section_title",
    "SITE_URL": "apps.common.admin_site.branding.shop_url",
    "SITE_ICON": "apps.common.admin_site.branding.mark",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "apps.common.admin_site.branding.mark"}],
    "STYLES": ["apps.common.admin_site.branding.stylesheet"],
    "GLOBAL_CALLBACK": "apps.common.admin_site.branding.context",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SIDEBAR": {"show_search": True, "navigation": "apps.common.admin_site.navigation.sidebar"},
}

PROMETHEUS_EXPORT_MIGRATIONS = False
